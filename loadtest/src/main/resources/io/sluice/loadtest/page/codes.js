'use strict'

/* What the numbers mean, in a sentence for people. Reason codes: MQTT 5.0 table 2-6; return codes: MQTT 3.1.1 table 3.1;
   close codes: RFC 6455 7.4 and the IANA registry. */
const Codes = (() => {
  const mqttReasons = {
    0x00: 'Normal: asked for by the client.',
    0x04: 'The client left and asked for its Will to be published.',
    0x80: 'Unspecified error: the broker ended or lost the connection.',
    0x81: 'Malformed packet: what was sent is not MQTT.',
    0x82: 'Protocol error: a packet that is not allowed at that point.',
    0x83: 'Refused for a reason of the broker’s own.',
    0x84: 'The broker or gateway does not accept this MQTT version.',
    0x85: 'The client id is not accepted.',
    0x86: 'Wrong user name or password.',
    0x87: 'Not authorized.',
    0x88: 'The server is not available: no broker could be reached. Try again later.',
    0x89: 'The server is busy. Try again later.',
    0x8a: 'This client is banned.',
    0x8b: 'The server is shutting down or restarting. Reconnect in a moment.',
    0x8c: 'The authentication method is not accepted.',
    0x8d: 'Keep alive expired: nothing came from the client for one and a half keep alives.',
    0x8e: 'Session taken over: another client connected with the same client id.',
    0x8f: 'The topic filter is not accepted.',
    0x90: 'The topic name is not accepted.',
    0x93: 'More unacknowledged messages than the receive maximum.',
    0x94: 'The topic alias is not valid.',
    0x95: 'The packet is larger than allowed.',
    0x96: 'Messages are sent faster than allowed.',
    0x97: 'A quota is used up.',
    0x98: 'Disconnected by an operator.',
    0x99: 'The payload does not have the announced format.',
    0x9a: 'Retained messages are not supported.',
    0x9b: 'This QoS is not supported.',
    0x9c: 'Use another server for now.',
    0x9d: 'The server has moved for good.',
    0x9e: 'Shared subscriptions are not supported.',
    0x9f: 'Connections are made faster than allowed. Try again later.',
    0xa0: 'The longest time a connection may last is over. Reconnect.',
    0xa1: 'Subscription identifiers are not supported.',
    0xa2: 'Wildcard subscriptions are not supported.'
  }
  const returnCodes = {
    1: 'The broker or gateway does not accept this MQTT version.',
    2: 'The client id is not accepted.',
    3: 'The server is not available: no broker could be reached. Try again later.',
    4: 'Wrong user name or password.',
    5: 'Not authorized.'
  }
  const closeCodes = {
    1000: 'Normal end.',
    1001: 'The gateway is shutting down, or this page is being left.',
    1002: 'Protocol error: something sent was not proper WebSocket or MQTT.',
    1003: 'A text message was sent; MQTT travels in binary messages only.',
    1005: 'Closed without a code, which is what this page does when it disconnects.',
    1006: 'The connection broke, or the handshake was refused: the network, a certificate this browser does not trust, or an origin the gateway does not allow. Browsers do not tell which.',
    1007: 'A text was not valid UTF-8.',
    1008: 'Ended by a rule of the gateway: keep alive, rate, quota or time limit.',
    1009: 'The packet is larger than the gateway allows.',
    1011: 'A fault inside the gateway. Its log has the details.',
    1012: 'The gateway is restarting. Reconnect in a moment.',
    1013: 'No broker is available at the moment. Try again later.',
    1014: 'The broker behind the gateway ended or lost the connection.',
    1015: 'The TLS handshake failed.'
  }
  const hex = code => '0x' + code.toString(16).toUpperCase().padStart(2, '0')
  return {
    mqtt: (code, version) => version >= 5
      ? { name: hex(code), text: mqttReasons[code] ?? 'A code this page does not know.' }
      : { name: String(code), text: returnCodes[code] ?? 'A code this page does not know.' },
    close: code => closeCodes[code] ?? (code >= 4000 ? 'A code private to the application.' : 'A code this page does not know.')
  }
})()
