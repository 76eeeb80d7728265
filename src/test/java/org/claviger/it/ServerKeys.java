package org.claviger.it;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.spec.RSAPublicKeySpec;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import javax.sql.DataSource;
import org.claviger.database.Database;
import org.claviger.database.WatchedClock;
import org.claviger.key.KeyWrap;
import org.claviger.key.SigningKeys;
import org.claviger.oauth.OAuthException;
import org.claviger.settings.Settings;
import org.h2.jdbcx.JdbcDataSource;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * The key of a server that is under test, so that tokens can be made that only the time, the audience or the type is wrong
 * with. It is put into the database before the server starts, by the server's own code and with the key-encryption key of the
 * tests; there is no other way to it.
 */
final class ServerKeys {
    private ServerKeys() {}

    static KeyPair make(Map<String, String> environment) {
        SecureRandom random = new SecureRandom();
        Settings settings = Settings.read(key ->
                Optional.ofNullable(environment.get(key.toUpperCase(Locale.ROOT).replaceAll("[.-]", "_"))));
        try (Database database = Database.open(dataSource(environment))) {
            SigningKeys keys = SigningKeys.load(
                    () -> settings,
                    database,
                    new KeyWrap(settings.keyEncryptionKey(), List.of(), random),
                    random,
                    new WatchedClock(Clock.systemUTC(), database));
            return pair((RSAPrivateCrtKey) keys.current(Optional.empty()).privateKey());
        } catch (OAuthException unavailable) {
            throw new IllegalStateException(unavailable);
        }
    }

    private static DataSource dataSource(Map<String, String> environment) {
        String url = environment.get("CLAVIGER_DATABASE_URL");
        if (url.startsWith("jdbc:h2:")) {
            JdbcDataSource h2 = new JdbcDataSource();
            h2.setURL(url);
            return h2;
        }
        PGSimpleDataSource postgresql = new PGSimpleDataSource();
        postgresql.setUrl(url);
        postgresql.setUser(environment.get("CLAVIGER_DATABASE_USER"));
        postgresql.setPassword(environment.get("CLAVIGER_DATABASE_PASSWORD"));
        return postgresql;
    }

    private static KeyPair pair(RSAPrivateCrtKey key) {
        BigInteger modulus = key.getModulus();
        try {
            return new KeyPair(
                    KeyFactory.getInstance("RSA")
                            .generatePublic(new RSAPublicKeySpec(modulus, key.getPublicExponent())),
                    key);
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
