package io.sluice.config;

/**
 * When memory counts as short ({@code memory.watermarks}), in percent of what there is.
 *
 * <p>Immutable.
 *
 * @param refuse from here on new handshakes are refused
 * @param pause from here on clients that hold much before their CONNACK are not read
 * @param shed from here on clients go that have not sent CONNECT
 */
public record MemoryConfig(int refuse, int pause, int shed) {}
