package org.claviger.key;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.claviger.database.Database;
import org.claviger.jose.JwkSet;
import org.claviger.jose.SigningKey;
import org.claviger.jose.VerificationKey;

/** The signing keys of this installation: one signs, all are published. Held in memory, wrapped in the database. */
public final class SigningKeys {
    private static final int RSA_BITS = 2048;

    private final SigningKey current;
    private final JwkSet published;

    private SigningKeys(SigningKey current, JwkSet published) {
        this.current = current;
        this.published = published;
    }

    /** Reads the keys and makes the first one where there is none; of several nodes that start together one wins. */
    public static SigningKeys load(Database database, KeyWrap wrap, SecureRandom random, Clock clock) {
        if (newest(database).isEmpty()) {
            database.insertIfAbsent(generate(wrap, random, clock));
        }
        SigningKeyRow row = newest(database).orElseThrow();
        return new SigningKeys(
                new SigningKey(row.kid, privateKey(row, wrap)),
                new JwkSet(List.of(VerificationKey.parse(row.publicJwk))));
    }

    private static Optional<SigningKeyRow> newest(Database database) {
        return database.transact(
                entities -> entities.createQuery("from SigningKeyRow order by serialNumber desc", SigningKeyRow.class)
                        .setMaxResults(1)
                        .getResultStream()
                        .findFirst());
    }

    private static SigningKeyRow generate(KeyWrap wrap, SecureRandom random, Clock clock) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(RSA_BITS, random);
            KeyPair pair = generator.generateKeyPair();
            VerificationKey published = VerificationKey.of(pair.getPublic());
            SigningKeyRow row = new SigningKeyRow();
            row.kid = published.kid();
            row.serialNumber = 1;
            row.algorithm = "RS256";
            row.publicJwk = published.toJson();
            row.wrappedPrivateKey = wrap.wrap(pair.getPrivate().getEncoded(), context(row));
            row.createdAt = clock.instant();
            return row;
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("RSA does not work here", impossible);
        }
    }

    private static PrivateKey privateKey(SigningKeyRow row, KeyWrap wrap) {
        byte[] encoded = wrap.unwrap(row.wrappedPrivateKey, context(row));
        try {
            return KeyFactory.getInstance("RSA").generatePrivate(new PKCS8EncodedKeySpec(encoded));
        } catch (GeneralSecurityException altered) {
            throw new IllegalStateException("the signing key " + row.kid + " cannot be read", altered);
        }
    }

    private static String context(SigningKeyRow row) {
        return "signing " + row.kid;
    }

    /** The key that signs now. */
    public SigningKey current() {
        return current;
    }

    /** The public keys that verify what is alive. */
    public JwkSet published() {
        return published;
    }
}
