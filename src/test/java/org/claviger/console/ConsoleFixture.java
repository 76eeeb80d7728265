package org.claviger.console;

import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.claviger.Exchange;
import org.claviger.Fixture;
import org.claviger.TestClock;
import org.claviger.TestDatabase;
import org.claviger.admin.ClientChanges;
import org.claviger.admin.SessionChanges;
import org.claviger.admin.UserChanges;
import org.claviger.audit.AuditChain;
import org.claviger.audit.AuditLog;
import org.claviger.audit.Statistics;
import org.claviger.authorize.Browser;
import org.claviger.authorize.Consents;
import org.claviger.client.Clients;
import org.claviger.client.Registrations;
import org.claviger.console.ConsoleSession.Administrator;
import org.claviger.database.Database;
import org.claviger.identity.Accounts;
import org.claviger.identity.PasswordResets;
import org.claviger.identity.ResourceOwners;
import org.claviger.identity.SignInSessions;
import org.claviger.key.MacKeys;
import org.claviger.key.MacPurpose;
import org.claviger.key.SigningKeys;
import org.claviger.live.LiveSettings;
import org.claviger.oauth.Parameters;
import org.claviger.oauth.Subject;
import org.claviger.page.Pages;
import org.claviger.refresh.TokenFamilies;
import org.claviger.revocation.RevocationRepository;

/** A console on an empty database, and a browser before it with an administrator whom nobody asks for a password. */
final class ConsoleFixture {
    private static final Pattern HIDDEN =
            Pattern.compile("<input type=\"hidden\" name=\"([^\"]*)\" value=\"([^\"]*)\">");

    final TestClock clock = new TestClock();
    final Database database = TestDatabase.empty();
    final LiveSettings settings;
    final Registrations registrations;
    final Accounts accounts;
    final SignInSessions sessions;
    final TokenFamilies families;
    final ResourceOwners resourceOwners;
    final PasswordResets resets;
    final SigningKeys keys;
    final ConsoleEndpoint endpoint;

    Optional<Administrator> administrator =
            Optional.of(new Administrator("root", new Subject("subject-of-root"), true, "session"));

    final AuditChain chain;
    String language = "en";
    private final List<Cookie> cookies = new ArrayList<>();

    ConsoleFixture(String... keysAndValues) {
        settings = LiveSettings.load(Fixture.settings(keysAndValues), database);
        MacKeys macKeys = MacKeys.load(database, Fixture.keyWrap(), Fixture.RANDOM, Fixture.watched(clock));
        RevocationRepository revocations = Fixture.revocations(clock);
        Clients clients = new Clients(database, macKeys, clock);
        registrations = new Registrations(database, revocations, macKeys, clients, clock);
        resourceOwners = new ResourceOwners(database, revocations, Fixture.RANDOM);
        accounts = new Accounts(database, revocations, resourceOwners);
        resets = new PasswordResets(database, resourceOwners, Fixture.TOKENS, clock);
        sessions = new SignInSessions(database, resourceOwners, revocations, Fixture.TOKENS, settings, clock);
        families = new TokenFamilies(database, revocations, Fixture::lifetimes, clock);
        keys = SigningKeys.load(settings, database, Fixture.keyWrap(), Fixture.RANDOM, Fixture.watched(clock));
        Consents consents = new Consents(database, settings, clock);
        chain = new AuditChain(
                database,
                new AuditChain.Seals() {
                    @Override
                    public Instant since() {
                        return macKeys.since(MacPurpose.AUDIT);
                    }

                    @Override
                    public int version() {
                        return macKeys.currentVersion(MacPurpose.AUDIT);
                    }

                    @Override
                    public String mac(int version, String text) {
                        return macKeys.mac(MacPurpose.AUDIT, version, text);
                    }

                    @Override
                    public boolean verify(int version, String text, String mac) {
                        return macKeys.verify(MacPurpose.AUDIT, version, text, mac);
                    }
                },
                () -> Duration.ofDays(400),
                "node",
                clock,
                entities -> clock.instant());
        endpoint = new ConsoleEndpoint(
                new Pages(settings),
                new Browser(settings.get().issuer(), sessions, macKeys, Fixture.TOKENS),
                settings.get().issuer(),
                new SignedIn() {
                    @Override
                    public Optional<Administrator> signedIn(HttpServletRequest request, HttpServletResponse response) {
                        return administrator;
                    }

                    @Override
                    public void signOut(HttpServletRequest request, HttpServletResponse response) {
                        administrator = Optional.empty();
                    }
                },
                new ConsoleParts(
                        new ConsoleParts.Clients(
                                registrations,
                                new ClientChanges(registrations, consents, resourceOwners, settings, Fixture.TOKENS)),
                        new ConsoleParts.Users(
                                accounts, resets, new UserChanges(accounts, resets, consents, registrations)),
                        new ConsoleParts.Sessions(
                                families, sessions, new SessionChanges(families, sessions, revocations)),
                        keys,
                        settings,
                        new Statistics(
                                database,
                                () -> new Statistics.Now(OptionalLong.of(7), OptionalLong.empty(), 2, 3, 1),
                                clock),
                        new AuditLog(database),
                        chain));
    }

    /** From now on the administrator may only look. */
    void onlyRead() {
        administrator = Optional.of(new Administrator("reader", new Subject("subject-of-reader"), false, "session"));
    }

    /** Opens a page by its address below that of the console. */
    Exchange get(String address) {
        String[] parts = address.split("[?]", 2);
        return through(Exchange.get(parts.length > 1 ? parts[1] : null)
                .at("/api/v2/auth", ConsoleSession.PATH, "/" + parts[0]));
    }

    /** Sends a form to a page, with fields and values in turn. */
    Exchange post(String page, String... fields) {
        return through(Exchange.post(form(fields)).at("/api/v2/auth", ConsoleSession.PATH, "/" + page));
    }

    /** Sends the form that a page shows, with more fields and values in turn. */
    Exchange submit(Exchange shown, String page, String... fields) {
        String all = hidden(shown, page) + (fields.length > 0 ? "&" + form(fields) : "");
        return through(Exchange.post(all).at("/api/v2/auth", ConsoleSession.PATH, "/" + page));
    }

    /** What is hidden in the form that is sent to that page. */
    static String hidden(Exchange shown, String page) {
        String begin = "<form method=\"post\" action=\"" + page + "\">";
        int from = shown.body().indexOf(begin);
        if (from < 0) {
            throw new AssertionError("no form for " + page + " in " + shown.body());
        }
        Matcher field = HIDDEN.matcher(shown.body().substring(from, shown.body().indexOf("</form>", from)));
        List<String> fields = new ArrayList<>();
        while (field.find()) {
            fields.add(Parameters.pair(field.group(1), unescape(field.group(2))));
        }
        return String.join("&", fields);
    }

    static String unescape(String text) {
        return text.replace("&#39;", "'")
                .replace("&quot;", "\"")
                .replace("&lt;", "<")
                .replace("&gt;", ">")
                .replace("&amp;", "&");
    }

    static String form(String... fields) {
        return IntStream.range(0, fields.length / 2)
                .mapToObj(i -> Parameters.pair(fields[2 * i], fields[2 * i + 1]))
                .collect(Collectors.joining("&"));
    }

    private Exchange through(Exchange exchange) {
        cookies.forEach(exchange::cookie);
        exchange.header("Accept-Language", language).through(endpoint);
        cookies.addAll(exchange.cookies().values());
        return exchange;
    }

    /** Opens the page to which the answer leads. */
    Exchange follow(Exchange answer) {
        return get(answer.header("Location").substring((Fixture.ISSUER + "/admin/console/").length()));
    }

    /** Another browser: it knows no form that was shown before. */
    void forgetCookies() {
        cookies.clear();
    }
}
