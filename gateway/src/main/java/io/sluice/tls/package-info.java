/**
 * Certificates and keys: PEM in, key managers out, the curves of a handshake, and the development certificates. The only
 * importer of BouncyCastle and of Conscrypt.
 */
@NullMarked
package io.sluice.tls;

import org.jspecify.annotations.NullMarked;
