package org.claviger.it;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Many who do the same at the same moment. */
final class Crowd {
    private Crowd() {}

    /** What each of them got. */
    static <T> List<T> of(int size, Callable<T> call) throws InterruptedException, ExecutionException {
        ExecutorService threads = Executors.newFixedThreadPool(size);
        try {
            CyclicBarrier start = new CyclicBarrier(size);
            List<T> results = new ArrayList<>();
            for (Future<T> result : threads.invokeAll(Collections.<Callable<T>>nCopies(size, () -> {
                start.await();
                return call.call();
            }))) {
                results.add(result.get());
            }
            return results;
        } finally {
            threads.shutdownNow();
        }
    }
}
