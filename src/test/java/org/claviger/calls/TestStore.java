package org.claviger.calls;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Remembers what was stored, and fails when told to. */
final class TestStore implements RefreshTokenStore {
    final List<String> stored = new ArrayList<>();
    int loads;
    boolean failing;
    boolean interrupted;
    String says = "the disk is full";

    TestStore(String... first) {
        stored.addAll(List.of(first));
    }

    @Override
    public Optional<String> load() throws IOException {
        loads++;
        fail();
        return stored.isEmpty() ? Optional.empty() : Optional.of(stored.get(stored.size() - 1));
    }

    @Override
    public void store(String refreshToken) throws IOException {
        interrupted |= Thread.currentThread().isInterrupted();
        fail();
        stored.add(refreshToken);
    }

    private void fail() throws IOException {
        if (failing) {
            throw new IOException(says + (stored.isEmpty() ? "" : stored.get(stored.size() - 1)));
        }
    }
}
