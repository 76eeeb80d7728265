package org.claviger.revocation;

import jakarta.persistence.TypedQuery;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.claviger.database.ChangeFeed;
import org.claviger.database.Database;
import org.claviger.database.Freshness;

/**
 * The live revocations of this installation, from its database: a node knows its own at once and those of others by the feed, within a
 * second. It keeps a journal of what it learns, for resource servers that follow it.
 */
public final class RevocationView extends KnownRevocations implements ChangeFeed.Reader {
    private static final int PAGE = 10_000;
    private static final int AT_ONCE = 1_000;
    private static final String SELECT =
            "select kind, name, issuedBefore, expiresAt, serialNumber from RevocationRow where ";

    private final Database database;
    private final Clock clock;
    private final RevocationJournal journal = new RevocationJournal(this);

    private RevocationView(Database database, Clock clock, Freshness freshness) {
        super(freshness);
        this.database = database;
        this.clock = clock;
    }

    /** Reads what there is. */
    public static RevocationView load(Database database, Clock clock, Freshness freshness) {
        RevocationView view = new RevocationView(database, clock, freshness);
        view.readAll();
        return view;
    }

    /** What this node has learned, in that order. */
    public RevocationJournal journal() {
        return journal;
    }

    @Override
    void added(Ended ended) {
        journal.write(ended);
    }

    /** Makes known what has been committed. */
    void add(Revocation revocation) {
        add(revocation.kind(), revocation.name(), revocation.issuedBefore(), revocation.expiresAt());
    }

    private void add(RevocationKind kind, String name, Instant issuedBefore, Instant expiresAt) {
        add(new Ended(kind, name, issuedBefore.getEpochSecond(), expiresAt.getEpochSecond()));
    }

    /** Reads those with these serial numbers, whatever this node's clock says of their end. One that was renewed meanwhile has another, which is announced too. */
    @Override
    public void read(Set<String> serialNumbers) {
        List<Long> numbers = serialNumbers.stream().map(Long::valueOf).toList();
        for (int from = 0; from < numbers.size(); from += AT_ONCE) {
            List<Long> some = numbers.subList(from, Math.min(from + AT_ONCE, numbers.size()));
            select("serialNumber in :some", query -> query.setParameter("some", some))
                    .forEach(this::add);
        }
    }

    /** Reads all that are alive. What this node knows besides stays until it expires: a restored database brings nothing back here. */
    @Override
    public void readAll() {
        long after = -1;
        List<Object[]> page;
        do {
            long from = after;
            page = select(
                    "expiresAt > :now and serialNumber > :after order by serialNumber",
                    query -> query.setParameter("now", clock.instant())
                            .setParameter("after", from)
                            .setMaxResults(PAGE));
            page.forEach(this::add);
            after = page.isEmpty() ? after : (long) page.get(page.size() - 1)[4];
        } while (page.size() == PAGE);
    }

    /** Forgets what has expired; called every second while the clock is right. */
    public void prune() {
        prune(clock.instant());
    }

    private List<Object[]> select(String which, UnaryOperator<TypedQuery<Object[]>> set) {
        return database.transact(entities ->
                set.apply(entities.createQuery(SELECT + which, Object[].class)).getResultList());
    }

    private void add(Object[] row) {
        RevocationKind.find(((String) row[0]).toLowerCase(Locale.ROOT))
                .ifPresent(kind -> add(kind, (String) row[1], (Instant) row[2], (Instant) row[3]));
    }
}
