package org.claviger.it;

import java.util.ArrayList;
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
        return ofEach(size, number -> call.call());
    }

    /** What somebody does who has a number, from 0 on. */
    @FunctionalInterface
    interface Numbered<T> {
        T call(int number) throws Exception;
    }

    /** What each of them got who does something else. */
    static <T> List<T> ofEach(int size, Numbered<T> each) throws InterruptedException, ExecutionException {
        ExecutorService threads = Executors.newFixedThreadPool(size);
        try {
            CyclicBarrier start = new CyclicBarrier(size);
            List<Callable<T>> calls = new ArrayList<>();
            for (int i = 0; i < size; i++) {
                int number = i;
                calls.add(() -> {
                    start.await();
                    return each.call(number);
                });
            }
            List<T> results = new ArrayList<>();
            for (Future<T> result : threads.invokeAll(calls)) {
                results.add(result.get());
            }
            return results;
        } finally {
            threads.shutdownNow();
        }
    }
}
