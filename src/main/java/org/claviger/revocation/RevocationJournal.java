package org.claviger.revocation;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.claviger.revocation.KnownRevocations.Ended;

/**
 * What a node has learned of revocations, in that order and numbered from 1, for those who follow it. Only the latest are kept: who is
 * further behind gets all that is alive, and to hear of something twice does no harm.
 */
public final class RevocationJournal {
    private static final int KEPT = 10_000;

    /** In so many parts somebody waits: one that ends for no reason shortens the whole by no more. */
    private static final int PARTS = 4;

    private final KnownRevocations known;
    private final Deque<Ended> latest = new ArrayDeque<>();
    private long written;

    RevocationJournal(KnownRevocations known) {
        this.known = known;
    }

    /**
     * What a follower does not know yet.
     *
     * @param next after which to go on
     */
    public record Page(List<Ended> ended, long next) {}

    /** After it is known: who reads all that is known has at least what was written before. */
    synchronized void write(Ended ended) {
        latest.addLast(ended);
        if (latest.size() > KEPT) {
            latest.removeFirst();
        }
        written++;
        notifyAll();
    }

    /** Whether what was learned after that number can be told apart from all that is alive. */
    public synchronized boolean reaches(long number) {
        return number >= written - latest.size() && number <= written;
    }

    /** What was learned after that number; all that is alive for one that is not of here, or too old. */
    public Page after(long number) {
        long next;
        synchronized (this) {
            next = written;
            if (reaches(number)) {
                return new Page(
                        latest.stream().skip(latest.size() - (written - number)).toList(), next);
            }
        }
        return new Page(known.all().toList(), next);
    }

    /** Waits for about that time, in which it ends as soon as there is something after that number. */
    public synchronized void await(long number, Duration longest) throws InterruptedException {
        for (int left = PARTS; left > 0 && written <= number; left--) {
            wait(longest.toMillis() / PARTS + 1);
        }
    }
}
