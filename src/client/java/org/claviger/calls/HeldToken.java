package org.claviger.calls;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.random.RandomGenerator;
import org.claviger.calls.Clocks.Moment;

/**
 * One token for all calls of an application. One thread asks for the next, ahead of its end, while the others use it; where none is
 * valid, all wait for the one that asks.
 */
final class HeldToken implements TokenSource {
    private static final System.Logger LOG = System.getLogger(HeldToken.class.getName());

    /** A token is renewed after a share of its life that is random between these, so that many clients do not come together. */
    static final double EARLIEST = 0.7;

    static final double LATEST = 0.8;

    /** A service that refuses a token so young would refuse the next one too. */
    static final Duration YOUNG = Duration.ofSeconds(10);

    /** How a new token is asked for. */
    interface Grant {
        TokenAnswer ask() throws IOException;

        /** Whether what failed so may succeed now, before its pause is over. */
        default boolean isMended(TokenException earlier) throws IOException {
            return false;
        }
    }

    /** Both ends count from before the request, so that they are never too late. */
    private record Life(String token, Moment asked, Moment renewal, Moment end) {
        boolean isValid(Moment now) {
            return !end.hasCome(now);
        }

        boolean isDue(Moment now) {
            return renewal.hasCome(now);
        }
    }

    /** What a grant does. */
    private interface Step<T> {
        T take() throws IOException;
    }

    private final String name;
    private final Grant grant;
    private final Clocks clocks;
    private final RandomGenerator random;
    private final ReentrantLock asking = new ReentrantLock();
    private volatile Optional<Life> held = Optional.empty();
    private volatile Optional<Backoff> backoff = Optional.empty();

    /**
     * None at first.
     *
     * @param name stands in the log
     */
    HeldToken(String name, Grant grant, Clocks clocks, RandomGenerator random) {
        this.name = name;
        this.grant = grant;
        this.clocks = clocks;
        this.random = random;
    }

    @Override
    public Optional<String> token() throws IOException {
        Optional<Life> valid = valid();
        if (valid.isEmpty()) {
            lock();
            try {
                // Whoever waited finds what the one before has got.
                valid = valid();
                return Optional.of((valid.isPresent() ? valid.get() : ask()).token());
            } finally {
                asking.unlock();
            }
        }
        if (isDue(valid.get()) && asking.tryLock()) {
            try {
                return Optional.of(renewed().token());
            } finally {
                asking.unlock();
            }
        }
        return valid.map(Life::token);
    }

    @Override
    public Optional<String> replace(String refused) throws IOException {
        Optional<String> other = other(refused);
        if (other.isPresent()) {
            return other;
        }
        lock();
        try {
            other = other(refused);
            if (other.isPresent() || held.filter(this::isYoung).isPresent()) {
                return other;
            }
            ask();
            return other(refused);
        } catch (TokenException none) {
            return Optional.empty();
        } finally {
            asking.unlock();
        }
    }

    private Optional<Life> valid() {
        Moment now = clocks.now();
        return held.filter(life -> life.isValid(now));
    }

    private Optional<String> other(String refused) {
        return valid().map(Life::token).filter(token -> !token.equals(refused));
    }

    private boolean isYoung(Life life) {
        return !clocks.now().isSteadilyAfter(life.asked().plus(YOUNG));
    }

    private boolean isDue(Life life) {
        Moment now = clocks.now();
        return life.isDue(now) && backoff.filter(pause -> pause.holds(now)).isEmpty();
    }

    private void lock() throws InterruptedIOException {
        try {
            asking.lockInterruptibly();
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting for a token");
        }
    }

    /** A valid token, by the lock: the next, or the one of now if that cannot be had. */
    private Life renewed() throws IOException {
        Optional<Life> now = valid();
        if (now.isPresent() && !isDue(now.get())) {
            return now.get(); // another thread was faster
        }
        try {
            return ask();
        } catch (TokenException failure) {
            return valid().orElseThrow(() -> failure);
        }
    }

    /** Asks, by the lock, unless it is too early for that. */
    private Life ask() throws IOException {
        Moment before = clocks.now();
        Optional<TokenException> earlier =
                backoff.filter(pause -> pause.holds(before)).map(Backoff::failure);
        if (earlier.isPresent() && !noting(() -> grant.isMended(earlier.get()))) {
            throw earlier.get().again();
        }
        TokenAnswer answer = noting(grant::ask);
        double share = EARLIEST + (LATEST - EARLIEST) * random.nextDouble();
        Duration renewal = Duration.ofMillis((long) (answer.life().toMillis() * share));
        Life life = new Life(answer.accessToken(), before, before.plus(renewal), before.plus(answer.life()));
        held = Optional.of(life);
        if (backoff.isPresent()) {
            LOG.log(Level.INFO, "CLAVIGER-1303 " + name + " gets tokens again");
            backoff = Optional.empty();
        }
        return life;
    }

    /** Each failure begins a pause. */
    private <T> T noting(Step<T> step) throws IOException {
        try {
            return step.take();
        } catch (TokenException failure) {
            note(failure);
            throw failure;
        } catch (RuntimeException fault) {
            TokenException failure = TokenUnavailableException.because(
                    "asking for it failed by " + fault.getClass().getName(), fault);
            note(failure);
            throw failure;
        }
    }

    private void note(TokenException failure) {
        boolean first = backoff.filter(earlier -> earlier.isLike(failure)).isEmpty();
        backoff = Optional.of(Backoff.after(backoff, failure, clocks.now(), random));
        if (first) {
            String number = failure instanceof TokenRefusedException ? "CLAVIGER-1302 " : "CLAVIGER-1301 ";
            LOG.log(
                    Level.WARNING,
                    number + name + " gets no token: " + failure.getMessage()
                            + (valid().isPresent() ? "; the one that it has is used to its end" : ""));
        }
    }

    @Override
    public String toString() {
        return "HeldToken[" + name + "]";
    }
}
