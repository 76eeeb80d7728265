package org.claviger.oauth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OAuthExceptionTest {
    @Test
    void aRefusalTellsWhatIsSentAndWhatIsLogged() {
        OAuthException refusal = new OAuthException(ErrorCode.INVALID_GRANT, "the grant is invalid", "it has expired");

        assertThat(refusal.code()).isEqualTo(ErrorCode.INVALID_GRANT);
        assertThat(refusal.description()).isEqualTo("the grant is invalid");
        assertThat(refusal.detail()).isEqualTo("it has expired");
        assertThat(refusal).hasMessage("invalid_grant: the grant is invalid");
        assertThat(refusal.getStackTrace()).isEmpty();
    }

    @Test
    void aRefusalIsCheckedSoThatATransactionCommitsOnIt() {
        assertThat(RuntimeException.class.isAssignableFrom(OAuthException.class))
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"a \"quote\"", "back\\slash", "line\nfeed", "carriage\rreturn", "tab\t", "é", "\u007f"})
    void aDescriptionIsPrintableAsciiWithoutQuoteAndBackslash(String description) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new OAuthException(ErrorCode.INVALID_REQUEST, description));
    }

    @ParameterizedTest
    @CsvSource({
        "INVALID_REQUEST, invalid_request, 400",
        "INVALID_CLIENT, invalid_client, 401",
        "INVALID_GRANT, invalid_grant, 400",
        "UNAUTHORIZED_CLIENT, unauthorized_client, 400",
        "UNSUPPORTED_GRANT_TYPE, unsupported_grant_type, 400",
        "UNSUPPORTED_RESPONSE_TYPE, unsupported_response_type, 400",
        "INVALID_SCOPE, invalid_scope, 400",
        "ACCESS_DENIED, access_denied, 403",
        "LOGIN_REQUIRED, login_required, 400",
        "CONSENT_REQUIRED, consent_required, 400",
        "NOT_FOUND, invalid_request, 404",
        "METHOD_NOT_ALLOWED, invalid_request, 405",
        "MISDIRECTED, invalid_request, 421",
        "SLOW_DOWN, slow_down, 429",
        "SERVER_ERROR, server_error, 500",
        "TEMPORARILY_UNAVAILABLE, temporarily_unavailable, 503",
        "STORE_AWAY, temporarily_unavailable, 503"
    })
    void eachCodeHasTheValueAndStatusOfItsSpecification(ErrorCode code, String value, int status) {
        assertThat(code.value()).isEqualTo(value);
        assertThat(code.status()).isEqualTo(status);
    }

    @Test
    void noCodeIsForgottenAbove() {
        assertThat(ErrorCode.values()).hasSize(17);
    }
}
