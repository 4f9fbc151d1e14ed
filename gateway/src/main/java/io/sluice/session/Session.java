package io.sluice.session;

/** One client's time in the gateway. */
public final class Session {}
