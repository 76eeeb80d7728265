package org.claviger.it;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;
import java.util.zip.GZIPInputStream;

/** Where a server sends its spans by OTLP/HTTP: reads of the protocol's buffers what tests look at. */
final class OtlpReceiver implements AutoCloseable {
    /** What a server must be told to send them here, as OpenTelemetry names it. */
    final Map<String, String> environment;

    private final HttpServer server;
    private final List<Sent> sent = new CopyOnWriteArrayList<>();

    /**
     * A span that has arrived.
     *
     * @param service the application that made it
     * @param kind 1 internal, 2 server, 3 client
     */
    record Sent(
            String service, String trace, String id, String parent, String name, long kind, Map<String, String> said) {}

    OtlpReceiver() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/v1/traces", exchange -> {
            try (exchange) {
                boolean packed = "gzip".equals(exchange.getRequestHeaders().getFirst("Content-Encoding"));
                byte[] body = exchange.getRequestBody().readAllBytes();
                sent.addAll(packed ? read(unpacked(body)) : read(body));
                exchange.sendResponseHeaders(200, -1);
            }
        });
        server.start();
        environment = Map.of(
                "OTEL_SDK_DISABLED", "false",
                "OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf",
                "OTEL_EXPORTER_OTLP_ENDPOINT",
                        "http://127.0.0.1:" + server.getAddress().getPort(),
                "OTEL_METRICS_EXPORTER", "none",
                "OTEL_LOGS_EXPORTER", "none",
                "OTEL_BSP_SCHEDULE_DELAY", "100");
    }

    /** What has arrived so far. */
    List<Sent> sent() {
        return List.copyOf(sent);
    }

    private static byte[] unpacked(byte[] body) throws IOException {
        try (InputStream packed = new GZIPInputStream(new ByteArrayInputStream(body))) {
            return packed.readAllBytes();
        }
    }

    /** {@code ExportTraceServiceRequest} of opentelemetry-proto 1. */
    private static List<Sent> read(byte[] request) {
        List<Sent> spans = new ArrayList<>();
        fields(request, (number, resourceSpans) -> {
            Map<String, String> resource = new TreeMap<>();
            fields((byte[]) resourceSpans, (field, value) -> {
                if (field == 1) {
                    fields((byte[]) value, (of, attribute) -> {
                        if (of == 1) {
                            attribute((byte[]) attribute, resource);
                        }
                    });
                } else if (field == 2) {
                    fields((byte[]) value, (of, span) -> {
                        if (of == 2) {
                            spans.add(span(resource.getOrDefault("service.name", ""), (byte[]) span));
                        }
                    });
                }
            });
        });
        return spans;
    }

    private static Sent span(String service, byte[] bytes) {
        Map<Integer, Object> said = new TreeMap<>();
        Map<String, String> attributes = new TreeMap<>();
        fields(bytes, (number, value) -> {
            if (number == 9) {
                attribute((byte[]) value, attributes);
            } else {
                said.put(number, value);
            }
        });
        return new Sent(
                service,
                hex(said.get(1)),
                hex(said.get(2)),
                hex(said.get(4)),
                new String((byte[]) said.get(5), UTF_8),
                (long) said.get(6),
                attributes);
    }

    private static String hex(Object bytes) {
        return bytes == null ? "" : HexFormat.of().formatHex((byte[]) bytes);
    }

    private static void attribute(byte[] bytes, Map<String, String> attributes) {
        String[] key = {""};
        fields(bytes, (number, value) -> {
            if (number == 1) {
                key[0] = new String((byte[]) value, UTF_8);
            } else {
                fields(
                        (byte[]) value,
                        (kind, any) -> attributes.put(
                                key[0], any instanceof byte[] text ? new String(text, UTF_8) : String.valueOf(any)));
            }
        });
    }

    /** The fields of a message of protocol buffers: bytes or a number. */
    private static void fields(byte[] message, BiConsumer<Integer, Object> field) {
        ByteBuffer rest = ByteBuffer.wrap(message).order(ByteOrder.LITTLE_ENDIAN);
        while (rest.hasRemaining()) {
            long tag = number(rest);
            Object value =
                    switch ((int) (tag & 7)) {
                        case 0 -> number(rest);
                        case 1 -> rest.getLong();
                        case 5 -> (long) rest.getInt();
                        default -> {
                            byte[] bytes = new byte[(int) number(rest)];
                            rest.get(bytes);
                            yield bytes;
                        }
                    };
            field.accept((int) (tag >>> 3), value);
        }
    }

    private static long number(ByteBuffer from) {
        long value = 0;
        for (int shift = 0; ; shift += 7) {
            byte next = from.get();
            value |= (long) (next & 0x7f) << shift;
            if (next >= 0) {
                return value;
            }
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
