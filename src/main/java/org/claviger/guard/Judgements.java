package org.claviger.guard;

/** Who counts what the guard does: called at each request to each guarded application, so without a lock and without garbage. */
@FunctionalInterface
public interface Judgements {
    /**
     * One request.
     *
     * @param nanos that it took; 0 where there was nothing to judge
     */
    void judged(Judgement judgement, long nanos);
}
