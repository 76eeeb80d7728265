package org.claviger.client;

import java.util.Optional;
import org.claviger.key.MacKeys;
import org.claviger.key.MacPurpose;
import org.claviger.oauth.ClientId;
import org.jspecify.annotations.Nullable;

/** The secret of a client at rest: a MAC, and the key by which it was made. */
record StoredSecret(String mac, int keyVersion) {
    static Optional<StoredSecret> of(@Nullable String mac, @Nullable Integer keyVersion) {
        return mac == null || keyVersion == null ? Optional.empty() : Optional.of(new StoredSecret(mac, keyVersion));
    }

    static StoredSecret of(ClientId id, String secret, MacKeys keys) {
        int version = keys.currentVersion(MacPurpose.CLIENT_SECRET);
        return new StoredSecret(keys.mac(MacPurpose.CLIENT_SECRET, version, text(id, secret)), version);
    }

    boolean isOf(ClientId id, String secret, MacKeys keys) {
        return keys.verify(MacPurpose.CLIENT_SECRET, keyVersion, text(id, secret), mac);
    }

    // The client is part of what is MACed, so that equal secrets of two clients do not look equal.
    private static String text(ClientId id, String secret) {
        return id.value() + "\n" + secret;
    }
}
