package org.claviger.oauth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.claviger.Fixture.refusal;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import java.util.Collections;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ParametersTest {
    @ParameterizedTest
    @CsvSource({
        "a=b, b",
        "a=b+c, b c",
        "a=b%20c, b c",
        "a=b%2Bc, b+c",
        "a=b%2bc, b+c",
        "a=%C3%A9, é",
        "a=%F0%9F%94%91, 🔑",
        "a=b=c, b=c",
        "a=%3D%26%25, =&%",
        "%61=b, b",
        "x=1&a=b&y=2, b",
        "a=~!*'(), '~!*''()'"
    })
    void aValueIsDecoded(String form, String value) throws OAuthException {
        assertThat(Parameters.parse(form).find("a")).contains(value);
    }

    static Stream<Arguments> malformedForms() {
        return Stream.of(
                argumentSet("a percent sign alone", "a=%"),
                argumentSet("one hexadecimal digit", "a=%4"),
                argumentSet("no hexadecimal digits", "a=%zz"),
                argumentSet("a sign as a digit", "a=%+1"),
                argumentSet("a digit outside ASCII", "a=%4\uff11"),
                argumentSet("the percent sign twice", "a=%%41"),
                argumentSet("the percent sign of IIS", "a=%u0041"),
                argumentSet("in a name", "%=a"),
                argumentSet("a lone continuation byte", "a=%80"),
                argumentSet("a cut sequence", "a=%C3"),
                argumentSet("Latin-1", "a=%E9"),
                argumentSet("an overlong slash", "a=%C0%AF"),
                argumentSet("a surrogate", "a=%ED%A0%80"),
                argumentSet("beyond Unicode", "a=%F4%90%80%80"),
                argumentSet("never a byte of UTF-8", "a=%FF"),
                argumentSet("bad UTF-8 in a name", "%FF=a"),
                argumentSet("NUL", "a=%00"),
                argumentSet("a line feed", "a=b%0Ac"),
                argumentSet("a carriage return", "a=b%0Dc"),
                argumentSet("a raw line feed", "a=b\nc"),
                argumentSet("a tab", "a=%09"),
                argumentSet("DEL", "a=%7F"),
                argumentSet("raw DEL", "a=\u007f"),
                argumentSet("a C1 control", "a=%C2%85"),
                argumentSet("a control character in a name", "a%0A=b"),
                argumentSet("raw Latin-1", "a=\u00e9"),
                argumentSet("a raw euro sign", "a=\u20ac"),
                argumentSet("raw Latin-1 in a name", "\u00e9=a"));
    }

    @ParameterizedTest
    @MethodSource("malformedForms")
    void aMalformedFormIsAnInvalidRequest(String form) {
        assertThat(refusal(() -> Parameters.parse(form)).code()).isEqualTo(ErrorCode.INVALID_REQUEST);
    }

    @Test
    void whatWasSentIsNotSentBack() {
        assertThat(refusal(() -> Parameters.parse("secret=swordfish%")).description())
                .doesNotContain("secret", "swordfish");
        assertThat(refusal(() -> Parameters.parse("swordfish=1&swordfish=2").find("swordfish"))
                        .description())
                .doesNotContain("swordfish");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "b=1", "a", "a=", "a=&b=1", "&&"})
    void aParameterWithoutAValueIsAsGoodAsOmitted(String form) throws OAuthException {
        Parameters parameters = Parameters.parse(form);

        assertThat(parameters.find("a")).isEmpty();
        assertThat(parameters.findOnce("a")).isEmpty();
        assertThat(refusal(() -> parameters.require("a")).code()).isEqualTo(ErrorCode.INVALID_REQUEST);
        assertThat(refusal(() -> parameters.require("a")).description()).isEqualTo("the parameter a is missing");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a=1&a=2", "a=1&a=1", "a=1&b=2&%61=3", "a=&a=1", "a&a"})
    void a11ARepeatedParameterIsRefused(String form) throws OAuthException {
        Parameters parameters = Parameters.parse(form);

        assertThat(refusal(() -> parameters.find("a")).code()).isEqualTo(ErrorCode.INVALID_REQUEST);
        assertThat(refusal(() -> parameters.require("a")).code()).isEqualTo(ErrorCode.INVALID_REQUEST);
        assertThat(refusal(parameters::refuseRepeated).code()).isEqualTo(ErrorCode.INVALID_REQUEST);
        assertThat(parameters.findOnce("a")).isEmpty();
    }

    @Test
    void anUnknownParameterMayNotBeRepeatedEither() throws OAuthException {
        Parameters parameters = Parameters.parse("a=1&unknown=2&unknown=3");

        assertThat(parameters.find("a")).contains("1");
        assertThat(refusal(parameters::refuseRepeated).code()).isEqualTo(ErrorCode.INVALID_REQUEST);
    }

    @Test
    void parametersThatComeOnceAreNotRepeated() throws OAuthException {
        Parameters parameters = Parameters.parse("a=1&b=1&A=1");

        parameters.refuseRepeated();
        assertThat(parameters.findOnce("a")).contains("1");
    }

    @Test
    void sixtyFourParametersAreReadAndSixtyFiveAreNot() throws OAuthException {
        String allowed = String.join("&", Collections.nCopies(63, "a=1")) + "&last=1";

        assertThat(Parameters.parse(allowed).find("last")).contains("1");
        assertThat(refusal(() -> Parameters.parse(allowed + "&b=1")).code()).isEqualTo(ErrorCode.INVALID_REQUEST);
        assertThat(refusal(() -> Parameters.parse("&".repeat(64))).code()).isEqualTo(ErrorCode.INVALID_REQUEST);
    }

    @ParameterizedTest
    @CsvSource({
        "state=a+b%26c%3Dd%25, state=a+b%26c%3Dd%25",
        "state=%e9%8d%b5, state=%E9%8D%B5",
        "a=1&b=2, a=1&b=2",
        "a=, a=",
        "a, a=",
        "a=1&a=2, a=1&a=2",
        "a=~*-._, a=%7E*-._"
    })
    void parametersBecomeTheSameFormAgain(String form, String canonical) throws OAuthException {
        assertThat(Parameters.parse(form).toForm()).isEqualTo(canonical);
        assertThat(Parameters.parse(canonical).toForm()).isEqualTo(canonical);
    }

    @Test
    void aNameMayBeEmpty() throws OAuthException {
        assertThat(Parameters.parse("=x&a=1").find("")).contains("x");
        assertThat(Parameters.parse("=x").toForm()).isEqualTo("=x");
    }

    @Test
    void aPairThatIsWrittenIsReadAgain() throws OAuthException {
        String odd = " \"<>&=+%;/?#é鍵🔑";

        assertThat(Parameters.parse(Parameters.pair(odd, odd)).find(odd)).contains(odd);
    }

    @Test
    void linesAreReadWhereThereIsATextArea() throws OAuthException {
        assertThat(Parameters.parseWithLines("a=one%0D%0Atwo").find("a")).contains("one\r\ntwo");
        assertThat(refusal(() -> Parameters.parse("a=one%0D%0Atwo")).description())
                .contains("control character");
        for (String other : new String[] {"a=%00", "a=%09", "a=%7F", "a%0A=b"}) {
            assertThat(refusal(() -> Parameters.parseWithLines(other)).description())
                    .contains("control character");
        }
    }
}
