package org.claviger.database;

import jakarta.persistence.EntityManager;

/**
 * Counts the changes to one kind of record. Other nodes see by it that they must read again; and a change that rests on what was
 * read is made only if nobody has made another since: one conditional update decides.
 */
public final class VersionNumber {
    private final String name;

    /** The number of that name, which a migration has made. */
    public VersionNumber(String name) {
        this.name = name;
    }

    /** The number now. Read it before the records: a change in between is then read twice, and not missed. */
    public long read(EntityManager entities) {
        return entities.createQuery("select number from VersionNumberRow where name = :name", Long.class)
                .setParameter("name", name)
                .getSingleResult();
    }

    /**
     * Counts up for a change in the same transaction, whose commit makes the next wait.
     *
     * @return whether the change may be made; false if another was made since the number was {@code seen}
     */
    public boolean advance(EntityManager entities, long seen) {
        return entities.createQuery(
                                "update VersionNumberRow set number = number + 1 where name = :name and number = :seen")
                        .setParameter("name", name)
                        .setParameter("seen", seen)
                        .executeUpdate()
                == 1;
    }
}
