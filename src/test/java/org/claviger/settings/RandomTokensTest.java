package org.claviger.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class RandomTokensTest {
    private final RandomTokens tokens = new RandomTokens(new SecureRandom());

    @Test
    void a10ASecretHas256BitsAndAnIdentifier128() {
        assertThat(tokens.secret()).matches("[A-Za-z0-9_-]{43}");
        assertThat(Base64.getUrlDecoder().decode(tokens.secret())).hasSize(32);
        assertThat(tokens.identifier()).matches("[A-Za-z0-9_-]{22}");
        assertThat(Base64.getUrlDecoder().decode(tokens.identifier())).hasSize(16);
    }

    @Test
    void a10NoSecretComesTwiceAndEveryBitChanges() {
        Set<String> secrets = new HashSet<>();
        byte[] or = new byte[32];
        byte[] and = new byte[32];
        Arrays.fill(and, (byte) 0xff);
        Stream.generate(tokens::secret).limit(10_000).forEach(secret -> {
            secrets.add(secret);
            byte[] bytes = Base64.getUrlDecoder().decode(secret);
            for (int i = 0; i < 32; i++) {
                or[i] |= bytes[i];
                and[i] &= bytes[i];
            }
        });

        assertThat(secrets).hasSize(10_000);
        assertThat(or).containsOnly((byte) 0xff);
        assertThat(and).containsOnly((byte) 0);
    }

    @Test
    void theHashIsSha256InBase64url() {
        // FIPS 180-4 example "abc"
        assertThat(RandomTokens.hash("abc")).isEqualTo("ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0");
    }
}
