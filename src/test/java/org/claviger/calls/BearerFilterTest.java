package org.claviger.calls;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import jakarta.ws.rs.ProcessingException;
import jakarta.ws.rs.client.Client;
import jakarta.ws.rs.client.ClientBuilder;
import jakarta.ws.rs.client.ClientRequestFilter;
import jakarta.ws.rs.client.Entity;
import jakarta.ws.rs.client.Invocation;
import jakarta.ws.rs.client.WebTarget;
import jakarta.ws.rs.core.Form;
import jakarta.ws.rs.core.GenericEntity;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.MultivaluedHashMap;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.StreamingOutput;
import jakarta.ws.rs.ext.MessageBodyWriter;
import jakarta.ws.rs.ext.RuntimeDelegate;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.StringReader;
import java.lang.annotation.Annotation;
import java.lang.reflect.Type;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.claviger.CapturedLog;
import org.claviger.Parallel;
import org.claviger.calls.TestTokenEndpoint.Answer;
import org.claviger.calls.TestTokenEndpoint.Asked;
import org.glassfish.jersey.client.JerseyClientBuilder;
import org.jboss.resteasy.client.jaxrs.ResteasyClientBuilder;
import org.jboss.resteasy.client.jaxrs.internal.ResteasyClientBuilderImpl;
import org.jboss.resteasy.core.providerfactory.ResteasyProviderFactoryImpl;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** With the Jakarta REST clients of Payara and of WildFly, and servers in this process. */
class BearerFilterTest {
    private static final String INVALID = "Bearer realm=\"x\", error=\"invalid_token\"";
    private static final ThreadLocal<String> CALLER = new ThreadLocal<>();

    /** Each makes clients as its documentation has it, and itself what the API asks for in this JVM. */
    enum Library {
        JERSEY {
            @Override
            ClientBuilder builder() {
                RuntimeDelegate.setInstance(new org.glassfish.jersey.internal.RuntimeDelegateImpl());
                return new JerseyClientBuilder();
            }
        },
        RESTEASY {
            @Override
            ClientBuilder builder() {
                RuntimeDelegate.setInstance(new ResteasyProviderFactoryImpl());
                return new ResteasyClientBuilderImpl();
            }
        };

        abstract ClientBuilder builder();
    }

    /** Tokens of which the first is {@code token-1}, and each is replaced by the next. */
    private static final class Numbered implements TokenSource {
        private int number = 1;
        private int replaced;

        @Override
        public Optional<String> token() {
            return Optional.of("token-" + number);
        }

        @Override
        public Optional<String> replace(String refused) {
            replaced++;
            number++;
            return token();
        }
    }

    private final TestTokenEndpoint service = new TestTokenEndpoint(asked -> new Answer(200, "hello"));
    private final TestTokenEndpoint elsewhere = new TestTokenEndpoint(asked -> new Answer(200, "caught"));
    private final Numbered tokens = new Numbered();
    private final List<Client> clients = new ArrayList<>();

    @AfterEach
    void close() {
        clients.forEach(Client::close);
        service.close();
        elsewhere.close();
        RuntimeDelegate.setInstance(null);
    }

    private Client client(Library library) {
        return client(library, tokens);
    }

    private Client client(Library library, TokenSource source) {
        return with(library.builder().register(new BearerFilter(source, service.at("/api"))));
    }

    private Client with(ClientBuilder builder) {
        Client client = builder.build();
        clients.add(client);
        return client;
    }

    private WebTarget target(Library library) {
        return client(library).target(service.at("/api/orders"));
    }

    /** From now on the service knows this token only. */
    private void accept(String token, Answer good) {
        service.behave(asked -> asked.header("Authorization").equals("Bearer " + token)
                ? good
                : new Answer(401, "no", "WWW-Authenticate", INVALID));
    }

    private List<String> sent() {
        return service.asked().stream()
                .map(asked -> asked.header("Authorization"))
                .toList();
    }

    // --- where tokens go ---

    @ParameterizedTest
    @EnumSource
    void a_call_to_a_configured_place_has_the_token(Library library) {
        assertThat(target(library).request().get(String.class)).isEqualTo("hello");
        assertThat(sent()).containsExactly("Bearer token-1");
    }

    @ParameterizedTest
    @EnumSource
    void a_call_to_another_place_has_none(Library library) {
        Client client = client(library);
        for (URI uri : List.of(
                service.at("/other"),
                service.at("/apix"),
                service.at("/api/%2e%2e/other"),
                service.at("/api/..;/other"),
                elsewhere.at("/api"))) {
            client.target(uri).request().get().close();
        }
        assertThat(service.asked()).hasSize(4);
        assertThat(Stream.concat(service.asked().stream(), elsewhere.asked().stream()))
                .noneMatch(asked -> asked.headers().containsKey("Authorization"));
    }

    @ParameterizedTest
    @EnumSource
    void what_a_template_makes_of_hostile_values_gets_none(Library library) {
        WebTarget target = client(library).target(service.at("/api/")).path("{id}");
        for (String id : List.of("../other", "..", "a/../../other", "..%2fother", "%2e%2e/other")) {
            target.resolveTemplate("id", id, false).request().get().close();
            target.resolveTemplateFromEncoded("id", id).request().get().close();
        }
        for (Asked asked : service.asked()) {
            boolean inside = asked.path().startsWith("/api/")
                    && !asked.path().contains("..")
                    && !asked.path().toLowerCase(Locale.ROOT).contains("%2e");
            assertThat(asked.headers().containsKey("Authorization") && !inside)
                    .as(asked.path())
                    .isFalse();
        }
    }

    @ParameterizedTest
    @EnumSource
    void a_filter_that_sends_it_elsewhere_gets_none(Library library) {
        ClientRequestFilter detour = request -> request.setUri(elsewhere.at("/api/orders"));
        Client client = with(library.builder()
                .register(new BearerFilter(tokens, service.at("/api")))
                .register(detour, 9_000));
        assertThat(client.target(service.at("/api/orders")).request().get(String.class))
                .isEqualTo("caught");
        assertThat(elsewhere.last().headers()).doesNotContainKey("Authorization");
    }

    @ParameterizedTest
    @EnumSource
    void a_header_of_the_application_is_left_alone(Library library) {
        target(library).request().header("Authorization", "Basic eDp5").get().close();
        accept("token-2", new Answer(200, ""));
        target(library).request().header("Authorization", "Bearer own").get().close();
        assertThat(sent()).containsExactly("Basic eDp5", "Bearer own");
    }

    @ParameterizedTest
    @EnumSource
    void an_anonymous_call_has_none(Library library) {
        client(library, Optional::empty)
                .target(service.at("/api"))
                .request()
                .get()
                .close();
        assertThat(sent()).containsExactly("");
    }

    @ParameterizedTest
    @EnumSource
    void why_there_is_no_token_is_the_cause_of_what_the_client_throws(Library library) {
        TokenSource none = () -> {
            throw TokenRefusedException.of("invalid_client");
        };
        assertThatExceptionOfType(ProcessingException.class)
                .isThrownBy(() -> client(library, none)
                        .target(service.at("/api"))
                        .request()
                        .get())
                .withCauseInstanceOf(TokenRefusedException.class);
        assertThat(service.count()).isZero();
    }

    // --- the trace that a call belongs to ---

    private static List<String> traces(TestTokenEndpoint asked) {
        return asked.asked().stream()
                .map(each -> each.header("Traceparent") + " " + each.header("Tracestate"))
                .toList();
    }

    @ParameterizedTest
    @EnumSource
    void a_call_goes_on_with_the_trace_of_the_request_to_where_tokens_go_and_nowhere_else(Library library) {
        AtomicReference<Map<String, String>> trace =
                new AtomicReference<>(Map.of("traceparent", "00-a", "tracestate", "a=b"));
        Client client = with(library.builder().register(new BearerFilter(tokens, trace::get, service.at("/api"))));
        Invocation call = client.target(service.at("/api/orders")).request().buildGet();
        call.invoke().close();
        trace.set(Map.of("traceparent", "00-b"));
        call.invoke().close();
        trace.set(Map.of());
        call.invoke().close();
        trace.set(Map.of("traceparent", "00-c"));
        client.target(elsewhere.at("/api/orders")).request().get().close();
        client.target(service.at("/other")).request().get().close();
        assertThat(traces(service)).containsExactly("00-a a=b", "00-b ", " ", " ");
        assertThat(traces(elsewhere)).containsExactly(" ");
    }

    @ParameterizedTest
    @EnumSource
    void what_the_telemetry_of_the_server_says_of_the_trace_stays(Library library) {
        Client client = with(library.builder()
                .register((ClientRequestFilter) request -> request.getHeaders().putSingle("traceparent", "00-span"))
                .register(new BearerFilter(
                        tokens, () -> Map.of("traceparent", "00-a", "tracestate", "a=b"), service.at("/api"))));
        client.target(service.at("/api/orders")).request().get().close();
        assertThat(traces(service)).containsExactly("00-span ");
    }

    @ParameterizedTest
    @EnumSource
    void a_repeated_call_is_of_the_same_trace(Library library) {
        accept("token-2", new Answer(200, "hello"));
        Client client = with(library.builder()
                .register(new BearerFilter(
                        tokens, () -> Map.of("traceparent", "00-a", "tracestate", "a=b"), service.at("/api"))));
        assertThat(client.target(service.at("/api/orders")).request().get(String.class))
                .isEqualTo("hello");
        assertThat(traces(service)).containsExactly("00-a a=b", "00-a a=b");
    }

    @ParameterizedTest
    @EnumSource
    void a_repeated_call_is_the_span_that_the_telemetry_of_the_server_has_made_of_it(Library library) {
        accept("token-2", new Answer(200, "hello"));
        AtomicInteger spans = new AtomicInteger();
        Client client = with(library.builder()
                .register((ClientRequestFilter)
                        request -> request.getHeaders().putSingle("traceparent", "00-" + spans.incrementAndGet()))
                .register(new BearerFilter(tokens, service.at("/api"))));
        assertThat(client.target(service.at("/api/orders")).request().get(String.class))
                .isEqualTo("hello");
        assertThat(traces(service)).containsExactly("00-1 ", "00-2 ");
    }

    // --- an invocation that is used again ---

    @ParameterizedTest
    @EnumSource
    void each_use_of_an_invocation_has_the_token_of_its_time(Library library) {
        Invocation call = target(library).request().buildGet();
        for (int number = 1; number <= 3; number++) {
            tokens.number = number;
            call.invoke().close();
        }
        assertThat(sent()).containsExactly("Bearer token-1", "Bearer token-2", "Bearer token-3");
    }

    @ParameterizedTest
    @EnumSource
    void the_token_of_one_caller_does_not_go_with_the_call_of_the_next(Library library) {
        AtomicReference<Optional<String>> caller = new AtomicReference<>(Optional.of("of-alice"));
        Invocation call = client(library, caller::get)
                .target(service.at("/api"))
                .request()
                .buildGet();
        for (Optional<String> next :
                List.of(Optional.of("of-alice"), Optional.of("of-bob"), Optional.<String>empty())) {
            caller.set(next);
            call.invoke().close();
        }
        assertThat(sent()).containsExactly("Bearer of-alice", "Bearer of-bob", "");
    }

    @ParameterizedTest
    @EnumSource
    void a_use_that_a_filter_sends_elsewhere_has_none(Library library) {
        AtomicBoolean away = new AtomicBoolean();
        ClientRequestFilter detour = request -> request.setUri((away.get() ? elsewhere : service).at("/api/orders"));
        Invocation call = with(library.builder()
                        .register(new BearerFilter(tokens, service.at("/api")))
                        .register(detour, 9_000))
                .target(service.at("/api/orders"))
                .request()
                .buildGet();
        call.invoke().close();
        away.set(true);
        call.invoke().close();
        assertThat(sent()).containsExactly("Bearer token-1");
        assertThat(elsewhere.last().headers()).doesNotContainKey("Authorization");
    }

    @ParameterizedTest
    @EnumSource
    void a_use_after_a_repetition_has_the_new_token_and_can_be_repeated(Library library) {
        Invocation call = target(library).request().buildGet();
        accept("token-2", new Answer(200, "hello"));
        assertThat(call.invoke(String.class)).isEqualTo("hello");
        assertThat(call.invoke(String.class)).isEqualTo("hello");
        accept("token-3", new Answer(200, "hello"));
        assertThat(call.invoke(String.class)).isEqualTo("hello");
        assertThat(sent())
                .containsExactly(
                        "Bearer token-1", "Bearer token-2", "Bearer token-2", "Bearer token-2", "Bearer token-3");
    }

    @ParameterizedTest
    @EnumSource
    void a_header_of_the_application_stays_with_each_use(Library library) {
        Invocation call =
                target(library).request().header("Authorization", "Bearer own").buildGet();
        call.invoke().close();
        call.invoke().close();
        assertThat(sent()).containsExactly("Bearer own", "Bearer own");
    }

    // --- redirects ---

    static Stream<Arguments> redirects() {
        return Stream.of(Library.values())
                .flatMap(library -> Stream.of(301, 302, 303, 307, 308).map(status -> Arguments.of(library, status)));
    }

    @ParameterizedTest
    @MethodSource("redirects")
    void no_redirect_is_followed_with_a_token(Library library, int status) {
        for (URI to : List.of(elsewhere.at("/api/orders"), service.at("/other"), service.at("/api/../other"))) {
            service.behave(asked -> new Answer(status, "", "Location", to.toString()));
            assertThat(target(library).request().get().getStatus()).isEqualTo(status);
            assertThat(target(library).request().post(Entity.text("x")).getStatus())
                    .isEqualTo(status);
        }
        assertThat(elsewhere.count()).isZero();
        assertThat(service.count()).isEqualTo(6);
    }

    @Test
    void without_a_token_jersey_follows_as_ever() {
        service.behave(
                asked -> new Answer(302, "", "Location", elsewhere.at("/x").toString()));
        assertThat(client(Library.JERSEY).target(service.at("/other")).request().get(String.class))
                .isEqualTo("caught");
    }

    @Test
    void a_resteasy_client_that_follows_redirects_by_itself_gets_no_token() {
        service.behave(
                asked -> new Answer(302, "", "Location", elsewhere.at("/x").toString()));
        Client client = with(((ResteasyClientBuilder) Library.RESTEASY.builder())
                .setFollowRedirects(true)
                .register(new BearerFilter(tokens, service.at("/api"))));
        assertThatExceptionOfType(ProcessingException.class)
                .isThrownBy(() -> client.target(service.at("/api")).request().get())
                .withStackTraceContaining("this client follows redirects");
        assertThat(service.count() + elsewhere.count()).isZero();
    }

    /** Why it is refused: the header would go along. */
    @Test
    void such_a_client_takes_headers_along() {
        service.behave(
                asked -> new Answer(302, "", "Location", elsewhere.at("/x").toString()));
        Client client = with(((ResteasyClientBuilder) Library.RESTEASY.builder()).setFollowRedirects(true));
        client.target(service.at("/api"))
                .request()
                .header("Authorization", "Bearer own")
                .get()
                .close();
        assertThat(elsewhere.last().header("Authorization")).isEqualTo("Bearer own");
    }

    // --- a token that the service refuses ---

    @ParameterizedTest
    @EnumSource
    void a_call_that_is_refused_is_repeated_once_with_another_token(Library library) {
        accept("token-2", new Answer(200, "hello", "X-From", "second"));
        Response answer = target(library)
                .queryParam("q", "a b")
                .request("text/plain")
                .header("X-Own", "1")
                .get();
        assertThat(answer.getStatus()).isEqualTo(200);
        assertThat(answer.getHeaderString("X-From")).isEqualTo("second");
        assertThat(answer.getHeaderString("WWW-Authenticate")).isNull();
        assertThat(answer.readEntity(String.class)).isEqualTo("hello");
        assertThat(sent()).containsExactly("Bearer token-1", "Bearer token-2");
        assertThat(service.asked())
                .allMatch(asked ->
                        asked.path().equals("/api/orders?q=a+b") || asked.path().equals("/api/orders?q=a%20b"))
                .allMatch(asked -> asked.headers().get("X-own").equals(List.of("1")))
                .allMatch(asked -> asked.header("Accept").equals("text/plain"));
    }

    @ParameterizedTest
    @EnumSource
    void a_second_refusal_stands(Library library) {
        accept("another", new Answer(200, ""));
        Response answer = target(library).request().get();
        assertThat(answer.getStatus()).isEqualTo(401);
        assertThat(answer.getHeaderString("WWW-Authenticate")).isEqualTo(INVALID);
        assertThat(answer.readEntity(String.class)).isEqualTo("no");
        assertThat(sent()).containsExactly("Bearer token-1", "Bearer token-2");
        assertThat(tokens.replaced).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource
    void an_answer_without_a_body_can_be_repeated_too(Library library) {
        accept("token-2", new Answer(204, ""));
        Response answer = target(library).request().delete();
        assertThat(answer.getStatus()).isEqualTo(204);
        assertThat(answer.hasEntity()).isFalse();
        assertThat(service.asked()).hasSize(2).allMatch(asked -> asked.method().equals("DELETE"));
    }

    @ParameterizedTest
    @EnumSource
    void an_entity_is_sent_again(Library library, @TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "text");
        accept("token-2", new Answer(200, "hello"));
        for (Entity<?> entity : List.of(
                Entity.text("text"),
                Entity.entity("text".getBytes(UTF_8), MediaType.APPLICATION_OCTET_STREAM_TYPE),
                Entity.form(new Form("a", "b c")),
                Entity.form(new MultivaluedHashMap<>(Map.of("a", "b c"))),
                Entity.text(true),
                Entity.text(12),
                Entity.text(file.toFile()),
                Entity.text(new GenericEntity<>("text", String.class)))) {
            tokens.number = 1;
            int before = service.count();
            assertThat(target(library).request().post(entity, String.class)).isEqualTo("hello");
            List<Asked> two = service.asked().subList(before, service.count());
            assertThat(two).hasSize(2);
            assertThat(two.get(1).body()).isEqualTo(two.get(0).body()).isNotEmpty();
            assertThat(two.get(1).header("Content-type")).isEqualTo(two.get(0).header("Content-type"));
        }
    }

    @ParameterizedTest
    @EnumSource
    void what_was_read_from_a_stream_cannot_be_sent_again(Library library) {
        accept("token-2", new Answer(200, "hello"));
        StreamingOutput output = out -> out.write('x');
        for (Object entity : List.of(new ByteArrayInputStream("x".getBytes(UTF_8)), new StringReader("x"), output)) {
            Response answer = target(library).request().post(Entity.text(entity));
            assertThat(answer.getStatus()).isEqualTo(401);
            assertThat(answer.readEntity(String.class)).isEqualTo("no");
        }
        assertThat(service.count()).isEqualTo(3);
        assertThat(tokens.replaced).isZero();
    }

    /** One that holds a stream, or writes something else the second time. */
    private static final class OfTheApplication {}

    @ParameterizedTest
    @EnumSource
    void what_is_not_known_is_not_sent_again(Library library) {
        accept("token-2", new Answer(200, "hello"));
        MessageBodyWriter<OfTheApplication> writer = new MessageBodyWriter<>() {
            @Override
            public boolean isWriteable(Class<?> type, Type generic, Annotation[] annotations, MediaType mediaType) {
                return type == OfTheApplication.class;
            }

            @Override
            public void writeTo(
                    OfTheApplication object,
                    Class<?> type,
                    Type generic,
                    Annotation[] annotations,
                    MediaType mediaType,
                    MultivaluedMap<String, Object> headers,
                    OutputStream to)
                    throws IOException {
                to.write('x');
            }
        };
        Response answer = target(library).register(writer).request().post(Entity.text(new OfTheApplication()));
        assertThat(answer.getStatus()).isEqualTo(401);
        assertThat(answer.readEntity(String.class)).isEqualTo("no");
        assertThat(service.count()).isEqualTo(1);
        assertThat(tokens.replaced).isZero();
    }

    /** Each with its own token, at the same time, by one client. */
    @ParameterizedTest
    @EnumSource
    void two_callers_at_once_have_their_own_tokens(Library library) {
        Client client = client(library, () -> Optional.of(CALLER.get()));
        service.behave(asked -> new Answer(200, asked.header("Authorization")));
        AtomicInteger number = new AtomicInteger();
        assertThat(Parallel.run(2, () -> {
                    CALLER.set("of-" + number.incrementAndGet());
                    for (int i = 0; i < 50; i++) {
                        assertThat(client.target(service.at("/api/orders"))
                                        .request()
                                        .get(String.class))
                                .isEqualTo("Bearer " + CALLER.get());
                    }
                    return CALLER.get();
                }))
                .containsExactlyInAnyOrder("of-1", "of-2");
    }

    @ParameterizedTest
    @EnumSource
    void other_refusals_are_no_reason(Library library) {
        for (Answer refusal : List.of(
                new Answer(401, "", "WWW-Authenticate", "Bearer realm=\"x\""),
                new Answer(401, "", "WWW-Authenticate", "Basic realm=\"Bearer error=invalid_token\""),
                new Answer(401, ""),
                new Answer(400, "", "WWW-Authenticate", INVALID),
                new Answer(403, "", "WWW-Authenticate", "Bearer error=\"insufficient_scope\""),
                new Answer(503, ""))) {
            service.behave(asked -> refusal);
            assertThat(target(library).request().get().getStatus()).isEqualTo(refusal.status());
        }
        assertThat(service.count()).isEqualTo(6);
        assertThat(tokens.replaced).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void a_token_that_cannot_be_replaced_leaves_the_refusal_as_it_is(Library library) {
        accept("token-2", new Answer(200, ""));
        Response answer = client(library, () -> Optional.of("callers"))
                .target(service.at("/api"))
                .request()
                .get();
        assertThat(answer.getStatus()).isEqualTo(401);
        assertThat(answer.readEntity(String.class)).isEqualTo("no");
        assertThat(service.count()).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource
    void filters_that_add_do_not_add_twice(Library library) {
        accept("token-2", new Answer(200, "hello"));
        ClientRequestFilter adding = request -> {
            request.getHeaders().add("X-Trace", "1");
            request.setUri(URI.create(request.getUri() + "/x"));
        };
        assertThat(target(library).register(adding).request().get(String.class)).isEqualTo("hello");
        assertThat(service.asked())
                .hasSize(2)
                .allMatch(asked -> asked.headers().get("X-trace").equals(List.of("1")))
                .allMatch(asked -> asked.path().equals("/api/orders/x"));
    }

    @ParameterizedTest
    @EnumSource
    void a_filter_of_the_target_repeats_too(Library library) {
        accept("token-2", new Answer(200, "hello"));
        Client client = with(library.builder());
        Function<Client, WebTarget> target =
                any -> any.target(service.at("/api")).register(new BearerFilter(tokens, service.at("/api")));
        assertThat(target.apply(client).request().get(String.class)).isEqualTo("hello");
        assertThat(sent()).containsExactly("Bearer token-1", "Bearer token-2");
    }

    @ParameterizedTest
    @EnumSource
    void an_asynchronous_call_is_repeated_too(Library library) throws Exception {
        accept("token-2", new Answer(200, "hello"));
        assertThat(target(library).request().async().get(String.class).get()).isEqualTo("hello");
    }

    @ParameterizedTest
    @EnumSource
    void nothing_shows_a_token(Library library) throws IOException {
        Logger logger = Logger.getLogger("org.claviger.calls");
        logger.setLevel(Level.ALL);
        try (CapturedLog log = new CapturedLog(logger.getName())) {
            accept("another", new Answer(200, ""));
            target(library).request().get().close();
            client(library).target(service.at("/x")).request().get().close();
            assertThat(log.lines()).anyMatch(line -> line.startsWith("CLAVIGER-1305 "));
            assertThat(log.lines().toString() + new BearerFilter(tokens, service.at("/api")))
                    .doesNotContain("token-1", "token-2");
        } finally {
            logger.setLevel(null);
        }
    }
}
