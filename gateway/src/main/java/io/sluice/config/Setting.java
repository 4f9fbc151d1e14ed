package io.sluice.config;

/**
 * One key in force.
 *
 * <p>Immutable.
 *
 * @param key as an operator would write it, with its entry's name where the entry has one
 * @param value as it was written
 * @param origin {@code gateway.properties:14}, {@code environment SLUICE__CLUSTER__BROKERS}, {@code --set} or {@code default}
 */
public record Setting(String key, String value, String origin) {}
