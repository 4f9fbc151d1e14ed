package io.sluice.listener;

import io.sluice.config.RouteConfig;
import io.sluice.session.SessionPolicy;

/**
 * A route and the policy of its sessions.
 *
 * <p>Immutable.
 */
public record RouteBinding(RouteConfig route, SessionPolicy policy) {}
