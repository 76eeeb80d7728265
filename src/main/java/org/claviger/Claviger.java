package org.claviger;

import jakarta.persistence.EntityManager;
import jakarta.servlet.Servlet;
import java.lang.System.Logger.Level;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Supplier;
import org.claviger.account.AccountEndpoint;
import org.claviger.account.AccountPage;
import org.claviger.account.PasswordChangeEndpoint;
import org.claviger.admin.ClientChanges;
import org.claviger.admin.SessionChanges;
import org.claviger.admin.UserChanges;
import org.claviger.audit.Audit;
import org.claviger.audit.AuditChain;
import org.claviger.audit.AuditCounts;
import org.claviger.audit.AuditLog;
import org.claviger.audit.Statistics;
import org.claviger.authorize.Authentication;
import org.claviger.authorize.AuthorizationAnswer;
import org.claviger.authorize.AuthorizationCodes;
import org.claviger.authorize.AuthorizeEndpoint;
import org.claviger.authorize.Browser;
import org.claviger.authorize.ConsentEndpoint;
import org.claviger.authorize.ConsentForm;
import org.claviger.authorize.Consents;
import org.claviger.authorize.PasswordEndpoint;
import org.claviger.authorize.PasswordForm;
import org.claviger.authorize.Reauthentication;
import org.claviger.authorize.SignInEndpoint;
import org.claviger.authorize.SignInForm;
import org.claviger.authorize.SignOutEndpoint;
import org.claviger.browser.BrowserApplication;
import org.claviger.browser.BrowserSessions;
import org.claviger.browser.Browsers;
import org.claviger.browser.CallbackEndpoint;
import org.claviger.browser.GuardedBrowsers;
import org.claviger.browser.SessionTokens;
import org.claviger.browser.SignIns;
import org.claviger.client.Client;
import org.claviger.client.Clients;
import org.claviger.client.Registrations;
import org.claviger.console.ConsoleEndpoint;
import org.claviger.console.ConsoleParts;
import org.claviger.console.ConsoleSession;
import org.claviger.database.ChangeFeed;
import org.claviger.database.Cleanup;
import org.claviger.database.Database;
import org.claviger.database.Freshness;
import org.claviger.database.Topic;
import org.claviger.database.WatchedClock;
import org.claviger.discovery.JwksDocument;
import org.claviger.discovery.Metadata;
import org.claviger.guard.BearerGuard;
import org.claviger.guard.LiveTokens;
import org.claviger.guard.VerifyEndpoint;
import org.claviger.http.Document;
import org.claviger.http.DocumentEndpoint;
import org.claviger.identity.Accounts;
import org.claviger.identity.IdentityStore;
import org.claviger.identity.LdapDirectory;
import org.claviger.identity.LinkedPeople;
import org.claviger.identity.PasswordPolicy;
import org.claviger.identity.PasswordResets;
import org.claviger.identity.ResourceOwners;
import org.claviger.identity.ServerRealm;
import org.claviger.identity.SignInSessions;
import org.claviger.jose.JwtVerifier;
import org.claviger.jose.VerifiedTokens;
import org.claviger.key.KeyWrap;
import org.claviger.key.MacKeys;
import org.claviger.key.MacPurpose;
import org.claviger.key.SigningKeys;
import org.claviger.live.LiveSettings;
import org.claviger.oauth.ClientId;
import org.claviger.page.Pages;
import org.claviger.refresh.RefreshTokens;
import org.claviger.refresh.TokenFamilies;
import org.claviger.revocation.RevocationRepository;
import org.claviger.revocation.RevocationView;
import org.claviger.settings.Lifetimes;
import org.claviger.settings.RandomTokens;
import org.claviger.settings.Settings;
import org.claviger.settings.SettingsException;
import org.claviger.setup.FirstAdministrator;
import org.claviger.setup.Import;
import org.claviger.setup.SetupEndpoint;
import org.claviger.setup.SetupForm;
import org.claviger.throttle.Throttle;
import org.claviger.token.AccessTokens;
import org.claviger.token.AuthorizationCodeGrant;
import org.claviger.token.ClientAuthentication;
import org.claviger.token.ClientCredentialsGrant;
import org.claviger.token.IntrospectionEndpoint;
import org.claviger.token.KeyReading;
import org.claviger.token.RefreshTokenGrant;
import org.claviger.token.RevocationEndpoint;
import org.claviger.token.RevocationFeedEndpoint;
import org.claviger.token.TokenEndpoint;

/** All the parts, put together with plain constructors: what depends on what is to be read here, and a test needs no server. */
final class Claviger {
    /** How long clients and proxies may keep the metadata, in seconds. */
    private static final int DOCUMENT_MAX_AGE = 300;

    private static final System.Logger LOG = System.getLogger("org.claviger");

    final Database database;
    final LiveSettings settings;

    /** A name that no other node has. */
    final String node;

    final ChangeFeed feed;
    final RevocationRepository revocations;
    final VerifiedTokens verifiedTokens;
    final WatchedClock clock;
    final MacKeys macKeys;
    final SigningKeys signingKeys;
    final Clients clients;
    final Registrations registrations;
    final ResourceOwners resourceOwners;
    final RandomTokens tokens;
    final Accounts accounts;
    final ClientChanges clientChanges;
    final UserChanges userChanges;
    final SessionChanges sessionChanges;
    final PasswordResets passwordResets;
    final Consents consents;
    final SignInSessions sessions;
    final BearerGuard applicationGuard;
    final BearerGuard adminGuard;
    final Throttle throttle;
    final FirstAdministrator firstAdministrator;
    final TokenFamilies families;
    final Cleanup cleanup;
    final Browsers browsers;
    final ConsoleSession console;
    final AuditCounts auditCounts;
    final AuditLog auditLog;
    final AuditChain auditChain;
    final Statistics statistics;
    final GuardedBrowsers guardedBrowsers;
    private volatile boolean rewrapped;
    private volatile Set<String> missingClassifications = Set.of();

    /** The paths of the endpoints, known before these are: servers add servlets only while they deploy. */
    static final Set<String> PATHS_FOR_PEOPLE = Set.of(
            "/authorize",
            "/signin",
            "/consent",
            "/signout",
            "/setup",
            "/password",
            "/account",
            "/account/password",
            SignIns.CALLBACK,
            ConsoleEndpoint.PATTERN);

    static final Set<String> PATHS_FOR_PROGRAMS = Set.of(
            "/token",
            "/revoke",
            "/introspect",
            "/revocations",
            "/verify",
            "/jwks",
            "/.well-known/oauth-authorization-server");

    /** What begins something that lasts, and takes its time from the clock of this node. */
    static final Set<String> PATHS_THAT_BEGIN =
            Set.of("/authorize", "/signin", "/consent", "/setup", "/password", SignIns.CALLBACK);

    /** Every endpoint by its path below the context root. */
    final Map<String, Servlet> endpoints = new LinkedHashMap<>();

    /** Throws {@link SettingsException} if the keys or a file that a setting names cannot be used. */
    Claviger(Settings settings, Database database, WatchedClock clock, SecureRandom random) {
        this(
                settings,
                database,
                clock,
                random,
                Database::time,
                new Freshness(settings.feed().maxStaleness(), clock, System::nanoTime));
    }

    /** The same for a test, which sets the clock of its database too, and how old what is known may be. */
    Claviger(
            Settings settings,
            Database database,
            WatchedClock clock,
            SecureRandom random,
            Function<EntityManager, Instant> time,
            Freshness freshness) {
        this.database = database;
        this.clock = clock;
        tokens = new RandomTokens(random);
        node = tokens.identifier();
        feed = ChangeFeed.open(database, freshness); // before anything is read that it follows
        this.settings = LiveSettings.load(settings, database);
        KeyWrap keyWrap = new KeyWrap(settings.keyEncryptionKey(), settings.furtherKeyEncryptionKeys(), random);
        macKeys = MacKeys.load(database, keyWrap, random, clock);
        auditChain = new AuditChain(
                database, seals(macKeys), () -> this.settings.get().auditRetention(), node, clock, time);
        auditChain.begin(); // next to its key, before whatever may keep this node from opening for hours
        signingKeys = SigningKeys.load(this.settings, database, keyWrap, random, clock);
        revocations = new RevocationRepository(database, RevocationView.load(database, clock, freshness), time);
        clients = new Clients(database, macKeys, clock);
        clients.provide(ConsoleSession.client(settings));
        auditCounts = new AuditCounts(
                database, name -> ClientId.find(name).flatMap(clients::find).isPresent(), clock, time);
        Audit.countBy(auditCounts);
        auditLog = new AuditLog(database);
        registrations = new Registrations(database, revocations, macKeys, clients, clock);
        Optional<IdentityStore> store = store(settings);
        resourceOwners = new ResourceOwners(
                database, revocations, random, store.map(IdentityStore::name).orElse(""));
        LinkedPeople people =
                new LinkedPeople(database, revocations, resourceOwners, store, clients::isRegistered, clock);
        accounts = new Accounts(database, revocations, resourceOwners);
        passwordResets = new PasswordResets(database, resourceOwners, tokens, clock);
        PasswordPolicy policy = new PasswordPolicy(this.settings);
        Import imports = new Import(
                database,
                macKeys,
                clients,
                resourceOwners,
                System.getenv(),
                this.settings.get().classifications().names(),
                policy);
        settings.importFile().ifPresent(imports::read);
        clients.refresh();
        this.settings.keepClassificationsOf(clients::ofClassification);
        revocations.view().readAll();
        feed.on(Topic.REVOCATION, revocations.view())
                .on(Topic.MAC_KEY, macKeys::refresh)
                .on(Topic.SIGNING_KEY, signingKeys::refresh)
                .on(Topic.CLIENT, clients::refresh)
                .on(Topic.SETTING, this.settings::refresh);
        firstAdministrator = new FirstAdministrator(settings, database, clients, resourceOwners, tokens, clock);
        firstAdministrator.provide();

        families = new TokenFamilies(database, revocations, this::lifetimes, clock);
        RefreshTokens refreshTokens = new RefreshTokens(families, macKeys);
        AuthorizationCodes codes = new AuthorizationCodes(families, tokens);
        sessions = new SignInSessions(database, resourceOwners, revocations, tokens, this.settings, clock);
        throttle = new Throttle(database, macKeys, clock, time);
        cleanup = new Cleanup(
                database,
                List.of(
                        TokenFamilies.EXPIRING,
                        RevocationRepository.EXPIRING,
                        ChangeFeed.EXPIRING,
                        SignInSessions.EXPIRING,
                        Consents.EXPIRING,
                        FirstAdministrator.EXPIRING,
                        PasswordResets.EXPIRING,
                        BrowserSessions.EXPIRING),
                node,
                clock,
                time);
        statistics = new Statistics(
                database,
                () -> new Statistics.Now(
                        sessions.living(),
                        families.living(),
                        registrations.count(),
                        accounts.count(),
                        signingKeys.published().size()),
                clock);
        Pages pages = new Pages(this.settings);
        Browser browser = new Browser(settings.issuer(), sessions, macKeys, tokens);
        SignInForm signInForm = new SignInForm(pages, browser);
        ConsentForm consentForm = new ConsentForm(pages, browser, this.settings);
        consents = new Consents(database, this.settings, clock);
        AuthorizationAnswer answer = new AuthorizationAnswer(settings.issuer(), codes);
        Reauthentication reauthentication = new Reauthentication(revocations.view(), this.settings, clock);
        endpoints.put(
                "/authorize",
                new AuthorizeEndpoint(clients, browser, signInForm, consentForm, consents, answer, reauthentication));
        Authentication proof = new Authentication(people, throttle);
        endpoints.put("/signin", new SignInEndpoint(clients, proof, browser, signInForm, clock));
        endpoints.put(
                "/consent", new ConsentEndpoint(clients, browser, consentForm, consents, answer, reauthentication));
        endpoints.put("/signout", new SignOutEndpoint(pages, browser, sessions, consents));
        endpoints.put(
                "/password", new PasswordEndpoint(passwordResets, throttle, new PasswordForm(pages, browser, policy)));
        AccountPage accountPage = new AccountPage(pages, browser, sessions, families, consents, clients);
        endpoints.put(
                "/account", new AccountEndpoint(pages, browser, signInForm, accountPage, sessions, families, consents));
        endpoints.put("/account/password", new PasswordChangeEndpoint(pages, browser, proof, sessions, policy));
        endpoints.put("/setup", new SetupEndpoint(firstAdministrator, throttle, new SetupForm(pages, browser, policy)));

        clientChanges = new ClientChanges(registrations, consents, resourceOwners, this.settings, tokens);
        userChanges = new UserChanges(accounts, passwordResets, consents, registrations);
        sessionChanges = new SessionChanges(families, sessions, revocations);
        AccessTokens accessTokens =
                new AccessTokens(this.settings, people, signingKeys, revocations.view(), tokens, clock);
        ClientAuthentication authentication = new ClientAuthentication(settings.trustedProxies(), clients, throttle);
        endpoints.put(
                "/token",
                new TokenEndpoint(
                        authentication,
                        new AuthorizationCodeGrant(codes, refreshTokens, accessTokens),
                        new RefreshTokenGrant(refreshTokens, accessTokens, this.settings),
                        new ClientCredentialsGrant(accessTokens)));

        verifiedTokens =
                new VerifiedTokens(new JwtVerifier(settings.issuer().value(), signingKeys::published, clock), clock);
        LiveTokens liveTokens = new LiveTokens(verifiedTokens, clients, revocations.view());
        endpoints.put(
                "/revoke",
                new RevocationEndpoint(
                        authentication,
                        refreshTokens,
                        families,
                        verifiedTokens,
                        revocations,
                        new KeyReading(this::refreshKeys, System::nanoTime),
                        clock));
        endpoints.put(
                "/introspect",
                new IntrospectionEndpoint(
                        authentication,
                        settings.issuer(),
                        liveTokens,
                        refreshTokens,
                        resourceOwners,
                        signingKeys,
                        clock));

        endpoints.put(
                "/revocations",
                new RevocationFeedEndpoint(authentication, clients, revocations.view(), node, freshness, clock));
        endpoints.put("/jwks", new DocumentEndpoint(new JwksDocument(signingKeys::published), (int)
                settings.keys().jwksMaxAge().toSeconds()));
        endpoints.put("/.well-known/oauth-authorization-server", document(Document.json(Metadata.of(settings))));

        browsers = Browsers.of(
                settings.issuer(),
                database,
                macKeys,
                random,
                clients,
                liveTokens,
                families,
                new SessionTokens(codes, refreshTokens, accessTokens, this.settings, clock),
                clock,
                time);
        console = new ConsoleSession(settings.issuer(), browsers, browser);
        endpoints.put(SignIns.CALLBACK, new CallbackEndpoint(pages, browsers.signIns(), this::browserApplication));
        endpoints.put(
                ConsoleEndpoint.PATTERN,
                new ConsoleEndpoint(
                        pages,
                        browser,
                        settings.issuer(),
                        console,
                        new ConsoleParts(
                                new ConsoleParts.Clients(registrations, clientChanges),
                                new ConsoleParts.Users(accounts, passwordResets, userChanges),
                                new ConsoleParts.Sessions(families, sessions, sessionChanges),
                                signingKeys,
                                this.settings,
                                statistics,
                                auditLog,
                                auditChain)));

        guardedBrowsers = new GuardedBrowsers(browsers, clients, macKeys, this.settings);

        applicationGuard = new BearerGuard(liveTokens, settings.audience());
        endpoints.put("/verify", new VerifyEndpoint(applicationGuard, clients, this.settings, clock));
        adminGuard = new BearerGuard(liveTokens, settings.issuer().adminAudience());

        Set<String> paths = new HashSet<>(PATHS_FOR_PEOPLE);
        paths.addAll(PATHS_FOR_PROGRAMS);
        if (!paths.equals(endpoints.keySet())) {
            throw new IllegalStateException("the paths are " + paths + " and the endpoints " + endpoints.keySet());
        }
    }

    /** The application at this path whose browsers may have sessions. */
    private Optional<BrowserApplication> browserApplication(String path) {
        BrowserApplication own = ConsoleSession.application(settings.get().issuer());
        return own.path().equals(path)
                ? Optional.of(own)
                : BrowserApplication.of(path, settings.get().guard());
    }

    /** Where people are who are not in the database. */
    private static Optional<IdentityStore> store(Settings settings) {
        return switch (settings.identity().store()) {
            case DATABASE -> Optional.empty();
            case LDAP -> Optional.of(new LdapDirectory(settings.identity()));
            case SERVER -> Optional.of(new ServerRealm(settings.identity().groups()));
        };
    }

    /** By a clock that is right: what was forgotten too early would be accepted again. */
    void forgetRevocations() {
        if (clock.problem().isEmpty()) {
            revocations.view().prune();
        }
    }

    /** What only this part is sealed with. */
    private static AuditChain.Seals seals(MacKeys macKeys) {
        return new AuditChain.Seals() {
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
        };
    }

    private void refreshKeys() {
        macKeys.refresh();
        signingKeys.refresh();
    }

    /** What holds for a client now: what its classification says. */
    private Lifetimes lifetimes(ClientId client) {
        String classification = clients.find(client).map(Client::classification).orElse("");
        return settings.get().classification(classification).lifetimes();
    }

    /** Says once of each classification that clients name and that there is none of: they get the strictest of the others. */
    void checkClassifications() {
        Set<String> missing = new TreeSet<>(clients.classifications());
        missing.removeAll(settings.get().classifications().names());
        missing.stream()
                .filter(name -> !missingClassifications.contains(name))
                .forEach(name -> LOG.log(
                        Level.ERROR,
                        "CLAVIGER-0803 there are clients of the classification {0}, which there is not; they get the"
                                + " strictest rules of the others until it is in claviger.classifications",
                        name));
        missingClassifications = missing;
    }

    /** What this node does for all nodes, if no other has: makes keys and wraps them anew. Called every second. */
    void rotateKeys() {
        if (clock.problem().isEmpty()) {
            macKeys.rotateIfDue(settings.get().keys().rotationPeriod());
            signingKeys.rotateIfDue(clients.signingAlgorithms());
        }
    }

    /** Once after each start, in the background: wraps anew what an earlier key-encryption key has wrapped. */
    void rewrapKeys() {
        if (!rewrapped) {
            int keys = macKeys.rewrap() + signingKeys.rewrap();
            if (keys > 0) {
                LOG.log(
                        Level.INFO,
                        "CLAVIGER-0003 {0} keys are now wrapped by claviger.key-encryption-key; when every node has it,"
                                + " no key needs claviger.further-key-encryption-keys",
                        keys);
            }
            rewrapped = true;
        }
    }

    static Servlet document(Document document) {
        return document(() -> document);
    }

    static Servlet document(Supplier<Document> document) {
        return new DocumentEndpoint(document, DOCUMENT_MAX_AGE);
    }
}
