/** The MQTT wire format as far as a gateway needs it: fixed-header scan, CONNECT, CONNACK and DISCONNECT bytes. Imports only {@code java.*} and jspecify. */
@NullMarked
package io.sluice.mqtt;

import org.jspecify.annotations.NullMarked;
