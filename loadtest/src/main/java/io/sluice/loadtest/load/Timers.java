package io.sluice.loadtest.load;

import java.util.PriorityQueue;

/**
 * What a loop does later, once each.
 *
 * <p>Confined to its loop's thread.
 */
final class Timers {
    private final PriorityQueue<Timer> queue = new PriorityQueue<>();
    private long number;

    private record Timer(long due, long number, Runnable task) implements Comparable<Timer> {
        @Override
        public int compareTo(Timer other) {
            int byTime = Long.compare(due, other.due);
            return byTime != 0 ? byTime : Long.compare(number, other.number);
        }
    }

    void at(long due, Runnable task) {
        queue.add(new Timer(due, number++, task));
    }

    /** Runs what is due and returns when the next is; {@link Long#MAX_VALUE} where there is none. */
    long run(long now) {
        Timer head = queue.peek();
        while (head != null && head.due <= now) {
            queue.remove();
            head.task.run();
            head = queue.peek();
        }
        return head == null ? Long.MAX_VALUE : head.due;
    }
}
