package org.claviger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.claviger.Fixture.CHALLENGE;
import static org.claviger.Fixture.RANDOM;
import static org.claviger.Fixture.TOKENS;
import static org.claviger.Fixture.json;
import static org.claviger.Fixture.settings;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.claviger.browser.StoredSessions;
import org.claviger.client.NewClient;
import org.claviger.client.Registrations.Registered;
import org.claviger.database.Database;
import org.claviger.identity.Accounts.Account;
import org.claviger.identity.NewResourceOwner;
import org.claviger.oauth.Authorization;
import org.claviger.oauth.ClientId;
import org.claviger.oauth.FamilyId;
import org.claviger.oauth.Scope;
import org.claviger.refresh.CodeBinding;
import org.claviger.revocation.RevocationKind;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Nothing changes of which the audit has no row: each change is made with the audit there, and in vain with it away. */
class AccountedTest {
    private static final ClientId WEB = new ClientId("web");
    private static final Database.Change<RuntimeException> NOTHING = entities -> {};

    private final TestClock clock = new TestClock();
    private Claviger node;
    private Registered client;
    private Account user;
    private FamilyId family;
    private String session;
    private String code;
    private StoredSessions browserSessions;

    @BeforeEach
    void begin() throws Exception {
        TestDatabase.empty();
        node = new Claviger(
                settings(),
                TestDatabase.database(),
                Fixture.watched(clock),
                RANDOM,
                entities -> clock.instant(),
                Fixture.fresh());
        client = node.registrations.create(web("Web"), NOTHING, "root").orElseThrow();
        user = node.accounts
                .create(NewResourceOwner.withoutPassword(json("{'username':'alice'}")), "root")
                .orElseThrow();
        family = open();
        session = node.sessions.open(user.owner(), clock.instant(), Map.entry("client", WEB));
        code = node.passwordResets.issue(user, "root").orElseThrow().value();
        browserSessions = new StoredSessions(TestDatabase.database(), node.macKeys, RANDOM);
        browserSessions.open("old", family, user.owner().subject(), clock.instant());
        TestDatabase.execute("delete from audit_event");
    }

    private static NewClient web(String name) {
        return NewClient.parse(
                json("{'client_id':'web','client_name':'" + name + "','client_secret':'" + Fixture.SECRET
                        + "','redirect_uris':['https://web.example.org/callback']}"),
                "",
                settings().classifications().names());
    }

    private FamilyId open() {
        FamilyId opened = new FamilyId(TOKENS.identifier());
        node.families.open(
                new Authorization(opened, WEB, user.owner().subject(), Scope.parse("demo"), clock.instant()),
                new CodeBinding(TOKENS.secret(), "https://web.example.org/callback", CHALLENGE));
        return opened;
    }

    /** What is accounted for, and the row of each. */
    private enum Action {
        CLIENT_CREATED,
        CLIENT_CHANGED,
        CLIENT_DISABLED,
        CLIENT_SECRET_ROTATED,
        CLIENT_DELETED,
        USER_CREATED,
        USER_CHANGED,
        USER_DISABLED,
        USER_DELETED,
        PASSWORD_RESET_ISSUED,
        PASSWORD_CHANGED,
        SIGNED_IN,
        SIGNED_OUT,
        SIGNED_OUT_EVERYWHERE,
        SESSION_ENDED,
        SESSION_TAKEN_OVER,
        AUTHORIZED,
        REVOKED,
        BROWSER_SESSION_OPENED,
        BROWSER_SESSION_ENDED,
        SETTING_CHANGED,
        KEY_ANNOUNCED,
        KEY_RETIRES,
        KEY_COMPROMISED;

        String event() {
            return switch (this) {
                case SIGNED_OUT_EVERYWHERE -> SIGNED_OUT.name();
                case SESSION_TAKEN_OVER -> SESSION_ENDED.name();
                default -> name();
            };
        }
    }

    private void take(Action action) throws Exception {
        switch (action) {
            case CLIENT_CREATED ->
                node.registrations.create(
                        NewClient.parse(
                                json(
                                        "{'client_id':'other','token_endpoint_auth_method':'none','redirect_uris':['https://web.example.org/callback']}"),
                                "",
                                settings().classifications().names()),
                        NOTHING,
                        "root");
            case CLIENT_CHANGED -> node.registrations.change(client, web("Other"), "root");
            case CLIENT_DISABLED -> node.registrations.enable(client, false, "root");
            case CLIENT_SECRET_ROTATED ->
                node.registrations.rotate(client, Fixture.SECRET + "x", Duration.ZERO, "root");
            case CLIENT_DELETED -> node.registrations.delete(client, NOTHING, "root");
            case USER_CREATED ->
                node.accounts.create(NewResourceOwner.withoutPassword(json("{'username':'bob'}")), "root");
            case USER_CHANGED ->
                node.accounts.change(
                        user, NewResourceOwner.withoutPassword(json("{'username':'alice','name':'Alice'}")), "root");
            case USER_DISABLED -> node.accounts.enable(user, false, "root");
            case USER_DELETED -> node.accounts.delete(user, NOTHING, "root");
            case PASSWORD_RESET_ISSUED -> node.passwordResets.issue(user, "root");
            case PASSWORD_CHANGED ->
                node.passwordResets.redeem(code, new NewResourceOwner.Password("a password that is new"));
            case SIGNED_IN -> node.sessions.open(user.owner(), clock.instant(), Map.entry("client", WEB));
            case SIGNED_OUT -> node.sessions.signOut(session, user.owner().subject());
            case SIGNED_OUT_EVERYWHERE ->
                node.sessions.signOutEverywhere(user.owner().subject(), NOTHING);
            case SESSION_ENDED ->
                node.sessions.endNamed(
                        node.sessions.list(user.owner().subject(), 1).get(0).name(), "root");
            case SESSION_TAKEN_OVER -> node.sessions.end(session, user.owner().subject());
            case AUTHORIZED -> open();
            case REVOKED -> node.families.end(family, "ended", Map.of("by", "root"));
            case BROWSER_SESSION_OPENED ->
                browserSessions.open("new", family, user.owner().subject(), clock.instant());
            case BROWSER_SESSION_ENDED ->
                browserSessions.end("old", family, user.owner().subject(), clock.instant(), "root");
            case SETTING_CHANGED ->
                node.settings.change(Map.of("claviger.brand.name", Optional.of("Café")), OptionalLong.empty(), "root");
            case KEY_ANNOUNCED -> node.signingKeys.rotate("root");
            case KEY_RETIRES -> node.signingKeys.retire(kid(), "root");
            case KEY_COMPROMISED -> node.signingKeys.compromised(kid(), "root");
        }
    }

    private static String kid() {
        return TestDatabase.query("select kid from signing_key order by serial_number")
                .get(0);
    }

    /** All tables but those of the audit. */
    private static String rest() {
        return TestDatabase.dump()
                .lines()
                .filter(line -> !line.toLowerCase(Locale.ROOT).startsWith("audit"))
                .reduce("", (before, line) -> before + line + "\n");
    }

    @ParameterizedTest
    @EnumSource(Action.class)
    void whatChangesHasARow(Action action) throws Exception {
        take(action);

        assertThat(TestDatabase.query("select event from audit_event")).contains(action.event());
        boolean isOwn = List.of(
                        Action.PASSWORD_CHANGED,
                        Action.SIGNED_IN,
                        Action.SIGNED_OUT,
                        Action.SIGNED_OUT_EVERYWHERE,
                        Action.AUTHORIZED)
                .contains(action);
        assertThat(TestDatabase.query("select acted_by from audit_event where event = ?", action.event()))
                .containsOnly(
                        isOwn
                                ? null
                                : action == Action.BROWSER_SESSION_OPENED || action == Action.SESSION_TAKEN_OVER
                                        ? user.owner().subject().value()
                                        : "root");
    }

    @ParameterizedTest
    @EnumSource(Action.class)
    void whatCannotBeAccountedForDoesNotHappen(Action action) {
        String before = rest();
        TestDatabase.execute("alter table audit_event rename to audit_event_away");
        try {
            assertThatThrownBy(() -> take(action)).isInstanceOf(RuntimeException.class);

            assertThat(rest()).isEqualTo(before);
        } finally {
            TestDatabase.execute("alter table audit_event_away rename to audit_event");
        }
    }

    @Test
    void whatIsRevokedIsAccountedForWithWhoDidIt() {
        node.revocations.revoke(RevocationKind.EVERYTHING, "", Map.of("by", "root"));
        node.revocations.revoke(RevocationKind.CLIENT, "web", Map.of("by", "root"));
        node.families.revoke(family, "revoked", Map.of("client", WEB));
        node.sessions.endAll(user.owner().subject(), "root");

        assertThat(
                        TestDatabase.query(
                                "select event || '|' || coalesce(acted_by, '') || '|' || coalesce(client_id, '') || '|'"
                                        + " || coalesce(family_id, '') || '|' || coalesce(subject, '') from audit_event order by id"))
                .containsExactly(
                        "REVOKED|root|||",
                        "REVOKED|root|web||",
                        "REVOKED||web|" + family + "|" + user.owner().subject(),
                        "REVOKED|root|||" + user.owner().subject());
    }

    @Test
    void noCredentialIsInAnyRow() throws Exception {
        for (Action action : List.of(
                Action.CLIENT_SECRET_ROTATED,
                Action.PASSWORD_RESET_ISSUED,
                Action.PASSWORD_CHANGED,
                Action.SIGNED_IN)) {
            take(action);
        }

        assertThat(TestDatabase.query("select details from audit_event where details is not null")
                        .toString())
                .doesNotContain(Fixture.SECRET, session, code, "a password");
    }
}
