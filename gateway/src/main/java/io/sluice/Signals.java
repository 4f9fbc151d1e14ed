package io.sluice;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.Locale;

/**
 * Runs something of ours when the process gets a signal.
 *
 * <p>A shutdown hook cannot do it: with one, SIGTERM always ends with exit code 143, and SIGHUP ends the process too. The
 * JDK's own {@code sun.misc.Signal} can, yet naming it in source is a compiler warning, so it is reached by reflection.
 *
 * <p>Thread-safe.
 */
final class Signals {

    private Signals() {}

    /**
     * Replaces what the JVM does on a signal. A signal that the process was started with as ignored (SIGHUP below nohup)
     * stays ignored.
     *
     * @param name without {@code SIG}, e.g. {@code TERM}
     * @param action runs on a thread of its own at each arrival
     * @return false: this system has no such signal, or the JVM keeps it for itself ({@code -Xrs})
     */
    static boolean on(String name, Runnable action) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            InvocationHandler calls = (proxy, method, arguments) -> switch (method.getName()) {
                case "handle" -> {
                    action.run();
                    yield null;
                }
                case "equals" -> proxy == arguments[0];
                case "hashCode" -> System.identityHashCode(proxy);
                default -> "Signals[" + name.toLowerCase(Locale.ROOT) + "]";
            };
            Object proxy = Proxy.newProxyInstance(Signals.class.getClassLoader(), new Class<?>[] {handler}, calls);
            signal.getMethod("handle", signal, handler)
                    .invoke(null, signal.getConstructor(String.class).newInstance(name), proxy);
            return true;
        } catch (ReflectiveOperationException e) {
            return false;
        }
    }
}
