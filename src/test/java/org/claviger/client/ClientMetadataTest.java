package org.claviger.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.claviger.Fixture.json;

import java.util.Optional;
import java.util.Set;
import org.claviger.jose.SigningAlgorithm;
import org.claviger.jose.TokenType;
import org.claviger.oauth.ClientId;
import org.claviger.oauth.GrantType;
import org.claviger.oauth.Scope;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ClientMetadataTest {
    private static final String BEGIN = "{'client_id':'web','redirect_uris':['https://web.example.org/callback']";

    private static Client parse(String text) {
        return ClientMetadata.parse(json(text), "/clients/3");
    }

    @Test
    void whatIsOmittedHasTheDefaultOfRfc7591Section2() {
        Client client = parse(BEGIN + "}");

        assertThat(client.id()).isEqualTo(new ClientId("web"));
        assertThat(client.name()).isEqualTo("web");
        assertThat(client.authenticationMethod()).isEqualTo(ClientAuthenticationMethod.CLIENT_SECRET_BASIC);
        assertThat(client.isPublic()).isFalse();
        assertThat(client.grantTypes()).containsExactly(GrantType.AUTHORIZATION_CODE);
        assertThat(client.redirectUris()).containsExactly("https://web.example.org/callback");
        assertThat(client.postLogoutRedirectUris()).isEmpty();
        assertThat(client.scope()).isEqualTo(Scope.EMPTY);
        assertThat(client.audience()).isEmpty();
        assertThat(client.accessTokenType()).isEqualTo(TokenType.AT_JWT);
        assertThat(client.signingAlgorithm()).isEmpty();
        assertThat(client.groups()).isEmpty();
        assertThat(client.userGroups()).isEmpty();
        assertThat(client.classification()).isEqualTo("standard");
        assertThat(client.allowedOrigins()).isEmpty();
    }

    @Test
    void everyMemberIsRead() {
        Client client = parse(
                """
                {'client_id':'web', 'client_name':'Web & more', 'client_secret':'x',
                 'redirect_uris':['https://a.example/1','com.example:/2'],
                 'post_logout_redirect_uris':['https://a.example/out'],
                 'grant_types':['authorization_code','refresh_token','client_credentials'],
                 'scope':'b a', 'token_endpoint_auth_method':'client_secret_post',
                 'audience':'https://api.example', 'access_token_typ':'JWT',
                 'access_token_signed_response_alg':'ES256',
                 'groups':['g'], 'user_groups':['u','v'], 'classification':'high',
                 'allowed_origins':['https://a.example']}""");

        assertThat(client.name()).isEqualTo("Web & more");
        assertThat(client.authenticationMethod()).isEqualTo(ClientAuthenticationMethod.CLIENT_SECRET_POST);
        assertThat(client.grantTypes()).containsExactlyInAnyOrder(GrantType.values());
        assertThat(client.redirectUris()).containsExactly("https://a.example/1", "com.example:/2");
        assertThat(client.postLogoutRedirectUris()).containsExactly("https://a.example/out");
        assertThat(client.scope()).hasToString("b a");
        assertThat(client.audience()).contains("https://api.example");
        assertThat(client.accessTokenType()).isEqualTo(TokenType.JWT);
        assertThat(client.signingAlgorithm()).contains(SigningAlgorithm.ES256);
        assertThat(client.groups()).containsExactly("g");
        assertThat(client.userGroups()).isEqualTo(Optional.of(Set.of("u", "v")));
        assertThat(client.classification()).isEqualTo("high");
        assertThat(client.allowedOrigins()).containsExactly("https://a.example");
    }

    @Test
    void noUserGroupsIsSomethingElseThanAnEmptyList() {
        assertThat(parse(BEGIN + ",'user_groups':[]}").userGroups()).contains(Set.of());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "'client_name':''                                   | /client_name",
                "'client_name':1                                    | /client_name",
                "'token_endpoint_auth_method':'private_key_jwt'     | /token_endpoint_auth_method",
                "'token_endpoint_auth_method':'NONE'                | /token_endpoint_auth_method",
                "'grant_types':['password']                         | /grant_types/0",
                "'grant_types':['implicit']                         | /grant_types/0",
                "'grant_types':'authorization_code'                 | /grant_types",
                "'grant_types':['client_credentials'],'token_endpoint_auth_method':'none' | /grant_types",
                "'redirect_uris':['javascript:alert(1)']            | /redirect_uris/0",
                "'redirect_uris':['https://a.example','http://b.example'] | /redirect_uris/1",
                "'redirect_uris':[]                                 | /redirect_uris",
                "'redirect_uris':'https://a.example'                | /redirect_uris",
                "'redirect_uris':[null]                             | /redirect_uris/0",
                "'post_logout_redirect_uris':['data:text/html,x']   | /post_logout_redirect_uris/0",
                "'scope':'a  b'                                     | /scope",
                "'scope':['a']                                      | /scope",
                "'audience':['https://a.example']                   | /audience",
                "'audience':''                                      | /audience",
                "'access_token_typ':'at+JWT'                        | /access_token_typ",
                "'access_token_typ':'none'                          | /access_token_typ",
                "'groups':'admin'                                   | /groups",
                "'groups':['claviger-admin']                        | /groups/0",
                "'groups':['x','claviger-']                         | /groups/1",
                "'user_groups':['claviger-admin']                   | /user_groups/0",
                "'classification':1                                 | /classification",
                "'allowed_origins':[1]                              | /allowed_origins/0",
                "'client_secret':1                                  | /client_secret",
                "'redirect_uri':'https://a.example'                 | /redirect_uri",
                "'jwks_uri':'http://127.0.0.1/'                     | /jwks_uri",
                "'sub':'admin'                                      | /sub",
                "'upn':'admin'                                      | /upn"
            })
    void whatDoesNotFitIsRefusedWithAPointer(String member, String pointer) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> parse(BEGIN + "," + member.strip() + "}"))
                .withMessageStartingWith("/clients/3" + pointer.strip() + ": ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{'client_id':''}", "{'client_id':1}", "{'client_id':'é'}", "{'client_id':'a\\nb'}"})
    void aClientHasAnIdentifier(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> parse(text))
                .withMessageStartingWith("/clients/3/client_id: ");
    }

    @Test
    void onlyAuthorizationCodeNeedsARedirectUri() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> parse("{'client_id':'web'}"))
                .withMessageStartingWith("/clients/3/redirect_uris: ");
        assertThat(parse("{'client_id':'service','grant_types':['client_credentials']}")
                        .redirectUris())
                .isEmpty();
    }

    @Test
    void aRefusalNeverHoldsTheSecret() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> parse(BEGIN + ",'client_secret':['swordfish']}"))
                .withMessageNotContaining("swordfish");
    }
}
