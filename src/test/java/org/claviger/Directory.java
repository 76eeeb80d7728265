package org.claviger;

import com.unboundid.ldap.listener.InMemoryDirectoryServer;
import com.unboundid.ldap.listener.InMemoryDirectoryServerConfig;
import com.unboundid.ldap.listener.InMemoryListenerConfig;
import com.unboundid.ldap.listener.interceptor.InMemoryInterceptedSearchRequest;
import com.unboundid.ldap.listener.interceptor.InMemoryInterceptedSimpleBindRequest;
import com.unboundid.ldap.listener.interceptor.InMemoryOperationInterceptor;
import com.unboundid.ldap.sdk.Control;
import com.unboundid.ldap.sdk.DereferencePolicy;
import com.unboundid.ldap.sdk.Entry;
import com.unboundid.ldap.sdk.Filter;
import com.unboundid.ldap.sdk.LDAPException;
import com.unboundid.ldap.sdk.Modification;
import com.unboundid.ldap.sdk.ModificationType;
import com.unboundid.ldap.sdk.RDN;
import com.unboundid.ldap.sdk.ResultCode;
import com.unboundid.ldap.sdk.SearchRequest;
import com.unboundid.ldap.sdk.SearchResultReference;
import com.unboundid.ldap.sdk.SearchScope;
import com.unboundid.ldap.sdk.SimpleBindRequest;
import com.unboundid.util.LDAPSDKException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.claviger.settings.Settings;

/** An LDAP server on 127.0.0.1 with two people and three groups, for tests. */
public final class Directory implements AutoCloseable {
    public static final String READER = "cn=reader,dc=example,dc=org";
    public static final String READER_PASSWORD = "password of the reader";
    private static final String PEOPLE = "ou=people,dc=example,dc=org";
    private static final String GROUPS = "ou=groups,dc=example,dc=org";

    public final InMemoryDirectoryServer server;

    /** What it answers to searches, and to everybody's bind but the reader's, if that is not success. */
    public volatile ResultCode searching = ResultCode.SUCCESS;

    public volatile ResultCode binding = ResultCode.SUCCESS;

    /** What it adds to that. */
    public volatile String diagnostic = "";

    /** How long it thinks about each bind and each search, in milliseconds. */
    public volatile long slowness;

    /** How many of its connections are at a search, and what they wait for there. */
    public final AtomicInteger searches = new AtomicInteger();

    public volatile CountDownLatch gate = new CountDownLatch(0);

    /** Whether it says with each search that there is more elsewhere. */
    public volatile boolean continued;

    /** What the last search wanted done with aliases. */
    public volatile DereferencePolicy aliases = DereferencePolicy.ALWAYS;

    private static final String TRUSTED = "trusted.pem";
    private static final Pattern BITS = Pattern.compile("\\((\\w+):1[.]2[.]840[.]113556[.]1[.]4[.]803:=(\\d+)\\)");
    private final String scheme;
    private final Path folder;
    private final int port;

    private Directory(InMemoryListenerConfig listener, String scheme, Path folder) throws LDAPSDKException {
        this.scheme = scheme;
        this.folder = folder;
        InMemoryDirectoryServerConfig config = new InMemoryDirectoryServerConfig("dc=example,dc=org");
        config.addAdditionalBindCredentials(READER, READER_PASSWORD);
        config.setSchema(null); // so that names may be anything
        config.setListenerConfigs(listener);
        config.addInMemoryOperationInterceptor(new Answers());
        server = new InMemoryDirectoryServer(config);
        server.add("dn: dc=example,dc=org", "objectClass: domain", "dc: example");
        server.add("dn: " + PEOPLE, "objectClass: organizationalUnit", "ou: people");
        server.add("dn: " + GROUPS, "objectClass: organizationalUnit", "ou: groups");
        server.add("dn: ou=others," + GROUPS, "objectClass: organizationalUnit", "ou: others");
        person("dora", "Dora Directory");
        person("emil", "Emil Elsewhere");
        group("cn=staff," + GROUPS, "member", "dora");
        group("cn=wheel," + GROUPS, "uniqueMember", "dora");
        group("cn=choir," + GROUPS, "member", "dora");
        group("cn=bosses,ou=others," + GROUPS, "member", "dora");
        server.startListening();
        port = server.getListenPort();
    }

    private final class Answers extends InMemoryOperationInterceptor {
        private void think() {
            try {
                Thread.sleep(slowness);
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
            }
        }

        private void waitAtTheGate() {
            searches.incrementAndGet();
            try {
                gate.await();
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
            } finally {
                searches.decrementAndGet();
            }
        }

        /** With an empty password it succeeds, as nobody, as RFC 4513 section 5.1.2 has it. */
        @Override
        public void processSimpleBindRequest(InMemoryInterceptedSimpleBindRequest request) throws LDAPException {
            think();
            if (!request.getRequest().getBindDN().equals(READER) && !binding.equals(ResultCode.SUCCESS)) {
                throw new LDAPException(binding, diagnostic);
            }
            if (request.getRequest().getPassword().getValueLength() == 0) {
                request.setRequest(new SimpleBindRequest());
            }
        }

        @Override
        public void processSearchRequest(InMemoryInterceptedSearchRequest request) throws LDAPException {
            think();
            waitAtTheGate();
            aliases = request.getRequest().getDereferencePolicy();
            SearchRequest asked = request.getRequest().duplicate();
            asked.setFilter(withBits(asked.getFilter().toString()));
            request.setRequest(asked);
            String[] elsewhere = {"ldap://other.example.org/dc=other,dc=example,dc=org"};
            if (!searching.equals(ResultCode.SUCCESS)) {
                throw new LDAPException(searching, "", "", elsewhere);
            }
            if (continued) {
                request.sendSearchReference(new SearchResultReference(elsewhere, new Control[0]));
            }
        }
    }

    /** As Active Directory understands it: has all of these bits (MS-ADTS section 3.1.1.3.4.4.1). The server of tests knows no such rule. */
    private String withBits(String filter) throws LDAPException {
        Matcher bits = BITS.matcher(filter);
        StringBuilder understood = new StringBuilder();
        while (bits.find()) {
            long mask = Long.parseLong(bits.group(2));
            List<Filter> values = new ArrayList<>();
            for (Entry entry : server.search(PEOPLE, SearchScope.SUB, "(" + bits.group(1) + "=*)")
                    .getSearchEntries()) {
                String value = entry.getAttributeValue(bits.group(1));
                if ((Long.parseLong(value) & mask) == mask) {
                    values.add(Filter.createEqualityFilter(bits.group(1), value));
                }
            }
            bits.appendReplacement(
                    understood,
                    Matcher.quoteReplacement(Filter.createORFilter(values).toString()));
        }
        return bits.appendTail(understood).toString();
    }

    /** Without TLS. */
    public static Directory open() throws LDAPSDKException, IOException {
        return new Directory(InMemoryListenerConfig.createLDAPConfig("ldap", freePort()), "ldap", Path.of(""));
    }

    /** By TLS from the beginning, with the {@link #certificate} that is made in this folder. */
    public static Directory secure(Path folder)
            throws LDAPSDKException, IOException, GeneralSecurityException, InterruptedException {
        return new Directory(
                InMemoryListenerConfig.createLDAPSConfig(
                        "ldaps", null, freePort(), context(certificate(folder)).getServerSocketFactory(), null),
                "ldaps",
                folder);
    }

    /** By TLS after it was asked for. */
    public static Directory startTls(Path folder)
            throws LDAPSDKException, IOException, GeneralSecurityException, InterruptedException {
        return new Directory(
                InMemoryListenerConfig.createLDAPConfig(
                        "starttls",
                        null,
                        freePort(),
                        context(certificate(folder)).getSocketFactory()),
                "ldap",
                folder);
    }

    /** A certificate for localhost and no other name: its keystore; {@code trusted.pem} is beside it. */
    private static Path certificate(Path folder) throws IOException, InterruptedException {
        Files.createDirectories(folder);
        Path store = folder.resolve("directory.p12");
        Files.deleteIfExists(store);
        keytool("-genkeypair", store, "-keyalg", "EC", "-dname", "CN=directory", "-ext", "san=dns:localhost");
        keytool("-exportcert", store, "-rfc", "-file", folder.resolve(TRUSTED).toString());
        return store;
    }

    private static void keytool(String command, Path store, String... more) throws IOException, InterruptedException {
        List<String> line = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                command,
                "-alias",
                "directory",
                "-keystore",
                store.toString(),
                "-storepass",
                "swordfish"));
        line.addAll(List.of(more));
        Process process = new ProcessBuilder(line).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException(said);
        }
    }

    /** One that stays the same when the server is stopped and started. */
    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static SSLContext context(Path keystore) throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(keystore)) {
            store.load(in, "swordfish".toCharArray());
        }
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, "swordfish".toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        return context;
    }

    /** Somebody whose password is {@code password of} and the name. */
    public void person(String uid, String name) throws LDAPSDKException {
        server.add(
                "dn: " + new RDN("uid", uid) + "," + PEOPLE,
                "objectClass: inetOrgPerson",
                "objectClass: person",
                "uid: " + uid,
                "cn: " + name,
                "sn: " + name,
                "mail: " + uid + "@example.org",
                "userPassword: password of " + uid);
    }

    private void group(String dn, String attribute, String member) throws LDAPSDKException {
        server.add("dn: " + dn, "objectClass: groupOfNames", attribute + ": uid=" + member + "," + PEOPLE);
    }

    /** Takes somebody out of a group. */
    public void leave(String group) throws LDAPSDKException {
        server.modify("cn=" + group + "," + GROUPS, new Modification(ModificationType.REPLACE, "member", "uid=nobody"));
    }

    public void set(String uid, String attribute, String... values) throws LDAPSDKException {
        server.modify("uid=" + uid + "," + PEOPLE, new Modification(ModificationType.REPLACE, attribute, values));
    }

    public void rename(String uid, String to) throws LDAPSDKException {
        server.modifyDN("uid=" + uid + "," + PEOPLE, "uid=" + to, true);
        set(to, "userPassword", "password of " + to);
    }

    public void delete(String uid) throws LDAPSDKException {
        server.delete("uid=" + uid + "," + PEOPLE);
    }

    public Entry entry(String uid) throws LDAPSDKException {
        return server.getEntry("uid=" + uid + "," + PEOPLE, "*", "+");
    }

    public String url(String host) {
        return scheme + "://" + host + ":" + port;
    }

    /** What points Claviger here, as keys of settings. */
    public Map<String, String> settings() {
        Map<String, String> settings = new HashMap<>();
        settings.put("claviger.identity-store", "ldap");
        settings.put("claviger.identity-store.groups", "staff>user, wheel>claviger-admin, bosses>admin");
        settings.put("claviger.ldap.url", url("127.0.0.1"));
        settings.put("claviger.ldap.user", READER);
        settings.put("claviger.ldap.password", READER_PASSWORD);
        settings.put("claviger.ldap.user-base", PEOPLE);
        settings.put("claviger.ldap.group-base", GROUPS);
        if (!folder.toString().isEmpty()) {
            settings.put("claviger.ldap.trusted-certificates", trusted());
        }
        return settings;
    }

    /** The certificate that its clients have to trust. */
    public String trusted() {
        return folder.resolve(TRUSTED).toAbsolutePath().toString();
    }

    /** The same with others on top. */
    public Settings settings(String... keysAndValues) {
        Map<String, String> all = settings();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            all.put(keysAndValues[i], keysAndValues[i + 1]);
        }
        return Fixture.settings(all.entrySet().stream()
                .flatMap(entry -> Stream.of(entry.getKey(), entry.getValue()))
                .toArray(String[]::new));
    }

    @Override
    public void close() {
        server.shutDown(true);
    }
}
