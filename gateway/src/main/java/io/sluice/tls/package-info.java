/** Certificates and keys: PEM in, key managers out, and the development certificates. The only importer of BouncyCastle. */
@NullMarked
package io.sluice.tls;

import org.jspecify.annotations.NullMarked;
