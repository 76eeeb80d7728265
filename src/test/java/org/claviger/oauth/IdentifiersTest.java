package org.claviger.oauth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class IdentifiersTest {
    @ParameterizedTest
    @ValueSource(strings = {"a", "a b", "https://client.example/?a=b", "~", " ", "\"quoted\\\""})
    void aClientIdIsPrintableAscii(String value) {
        assertThat(new ClientId(value)).hasToString(value);
        assertThat(ClientId.find(value)).contains(new ClientId(value));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\n", "a\u0000b", "a\r\nb", "é", "\u007f", "\t", "鍵"})
    void anythingElseIsNoClientId(String value) {
        assertThatIllegalArgumentException().isThrownBy(() -> new ClientId(value));
        assertThat(ClientId.find(value)).isEmpty();
    }

    @Test
    void aClientIdHasAtMost255Characters() {
        assertThat(new ClientId("a".repeat(255)).value()).hasSize(255);
        assertThatIllegalArgumentException().isThrownBy(() -> new ClientId("a".repeat(256)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0123456789abcdefghijkl", "ABCDEFGHIJKLMNOPQRST-_"})
    void aFamilyIdHas22CharactersOfBase64url(String value) {
        assertThat(new FamilyId(value)).hasToString(value);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "0123456789abcdefghijk",
                "0123456789abcdefghijklm",
                "0123456789abcdefghij==",
                "0123456789abcdefghijk+",
                "0123456789abcdefghijk/",
                "0123456789abcdefghijk.",
                "0123456789abcdefghijkl\n",
                "0123456789abcdefghijké"
            })
    void anythingElseIsNoFamilyId(String value) {
        assertThatIllegalArgumentException().isThrownBy(() -> new FamilyId(value));
    }

    @Test
    void aSubjectHas1To255Characters() {
        assertThat(new Subject("s".repeat(255))).hasToString("s".repeat(255));
        assertThatIllegalArgumentException().isThrownBy(() -> new Subject(""));
        assertThatIllegalArgumentException().isThrownBy(() -> new Subject("s".repeat(256)));
    }

    @ParameterizedTest
    @EnumSource
    void aGrantTypeIsFoundByItsValue(GrantType type) {
        assertThat(GrantType.find(type.value())).contains(type);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "password", "implicit", "AUTHORIZATION_CODE", "authorization_code ", "refresh"})
    void a5AnyOtherGrantTypeIsNotFound(String value) {
        assertThat(GrantType.find(value)).isEmpty();
    }
}
