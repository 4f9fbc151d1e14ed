package io.sluice.config;

import java.nio.file.Path;
import java.util.Optional;

/**
 * The operator's listener ({@code admin.*}).
 *
 * <p>Immutable.
 *
 * @param bind empty is off
 * @param tokenFile its first line is the token that requests carry; there is one where {@code bind} is not loopback
 */
public record AdminConfig(Optional<HostPort> bind, Optional<Path> tokenFile) {}
