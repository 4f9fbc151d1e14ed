package io.sluice.loadtest.load;

import java.nio.file.Path;

/**
 * A peer as it is installed here.
 *
 * <p>Immutable.
 *
 * @param label its name with its version
 */
record Participant(Peer peer, Path program, String label) {}
