package org.claviger.audit;

import java.util.Objects;
import java.util.Optional;
import org.claviger.audit.AuditChain.End;

/** One way along the chain, row by row: whether each is the one that was sealed there. */
final class ChainWalk {
    private final ChainSeals seals;
    private final End end;
    private final Optional<End> noted;
    private End at;

    /** @param noted an end that was seen before: whether the chain still has it */
    ChainWalk(ChainSeals seals, End begin, End end, Optional<End> noted) {
        this.seals = seals;
        this.end = end;
        this.noted = noted;
        this.at = begin;
    }

    /** The last row that was right; the beginning before the first. */
    End at() {
        return at;
    }

    /** Goes on to this row; what is wrong with it, if anything is. */
    Optional<String> step(AuditRow row) {
        End here = ChainSeals.end(row);
        if (here.position() != at.position() + 1) {
            return Optional.of("the row is missing");
        }
        if (!seals.isSealed(at, row)) {
            return Optional.of("the row, or the one before it, is not the one that was sealed");
        }
        if (contradicts(end, here)
                || noted.filter(seen -> contradicts(seen, here)).isPresent()) {
            return Optional.of("the row is another than the one that was noted");
        }
        at = here;
        return Optional.empty();
    }

    private static boolean contradicts(End seen, End here) {
        return seen.position() == here.position() && !Objects.equals(seen.mac(), here.mac());
    }

    /** What is missing when there are no rows any more. */
    Optional<String> arrive() {
        if (at.position() < end.position()) {
            return Optional.of("the rows from here to the end, " + end.position() + ", are missing");
        }
        return noted.filter(seen -> seen.position() > at.position())
                .map(seen -> "the chain ends before the position that was noted");
    }
}
