package org.claviger.it;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** HTTP/1.1 byte by byte: for requests that no client would send, and for several on what surely is one connection. */
final class Wire implements AutoCloseable {
    private static final int PATIENCE_MILLIS = 20_000;

    private final Socket socket;
    private final InputStream in;
    private final String host;

    Wire(RunningClaviger claviger) throws IOException {
        this(claviger.port());
    }

    private Wire(int port) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(PATIENCE_MILLIS);
        in = new BufferedInputStream(socket.getInputStream());
        host = "Host: 127.0.0.1:" + port;
    }

    /**
     * @param status 0 if the server closed the connection without a word
     * @param headers by their name in lower case
     */
    record Answer(int status, Map<String, List<String>> headers, String body) {
        Optional<String> header(String name) {
            return headers.getOrDefault(name.toLowerCase(Locale.ROOT), List.of()).stream()
                    .findFirst();
        }
    }

    /** One request on a connection of its own. */
    static Answer ask(RunningClaviger claviger, String requestLine, List<String> headers, byte[] body)
            throws IOException {
        return ask(claviger.port(), requestLine, headers, body);
    }

    private static Answer ask(int port, String requestLine, List<String> headers, byte[] body) throws IOException {
        try (Wire wire = new Wire(port)) {
            List<String> all = new ArrayList<>(headers);
            all.add("Connection: close");
            return wire.send(requestLine, all, body);
        }
    }

    /** The same without a body. */
    static Answer ask(RunningClaviger claviger, String requestLine, String... headers) throws IOException {
        return ask(claviger, requestLine, List.of(headers), new byte[0]);
    }

    /** The same to whatever listens on 127.0.0.1 there. */
    static Answer ask(int port, String requestLine, String... headers) throws IOException {
        return ask(port, requestLine, List.of(headers), new byte[0]);
    }

    /**
     * Sends a request and reads its answer; the connection stays open.
     *
     * @param requestLine method and target; each character is one byte, as in the headers
     * @param headers lines; Host and Content-Length are added where they are missing
     */
    Answer send(String requestLine, List<String> headers, byte[] body) throws IOException {
        StringBuilder head = new StringBuilder(requestLine).append(" HTTP/1.1\r\n");
        if (headers.stream().noneMatch(header -> header.regionMatches(true, 0, "Host:", 0, 5))) {
            head.append(host).append("\r\n");
        }
        headers.forEach(header -> head.append(header).append("\r\n"));
        if (body.length > 0) {
            head.append("Content-Length: ").append(body.length).append("\r\n");
        }
        ByteArrayOutputStream message = new ByteArrayOutputStream();
        message.writeBytes(head.append("\r\n").toString().getBytes(ISO_8859_1));
        message.writeBytes(body);
        try {
            socket.getOutputStream().write(message.toByteArray());
        } catch (IOException hungUp) {
            // The server has said all that it has to say before the request was out.
        }
        return receive(requestLine.startsWith("HEAD "));
    }

    private Answer receive(boolean headOnly) throws IOException {
        String statusLine = line();
        if (statusLine.isEmpty()) {
            return new Answer(0, Map.of(), "");
        }
        int status = Integer.parseInt(statusLine.substring(9, 12));
        Map<String, List<String>> headers = new TreeMap<>();
        for (String line = line(); !line.isEmpty(); line = line()) {
            int colon = line.indexOf(':');
            headers.computeIfAbsent(line.substring(0, colon).toLowerCase(Locale.ROOT), name -> new ArrayList<>())
                    .add(line.substring(colon + 1).strip());
        }
        Answer head = new Answer(status, headers, "");
        if (headOnly || status == 204 || status == 304) {
            return head;
        }
        return new Answer(status, headers, new String(body(head), UTF_8));
    }

    private byte[] body(Answer head) throws IOException {
        Optional<String> length = head.header("Content-Length");
        if (length.isPresent()) {
            return in.readNBytes(Integer.parseInt(length.get()));
        }
        if (head.header("Transfer-Encoding").isEmpty()) {
            return in.readAllBytes();
        }
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        for (int size = chunkSize(); size > 0; size = chunkSize()) {
            body.writeBytes(in.readNBytes(size));
            line();
        }
        line();
        return body.toByteArray();
    }

    private int chunkSize() throws IOException {
        return Integer.parseInt(line(), 16);
    }

    private String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = in.read(); b >= 0 && b != '\n'; b = in.read()) {
            if (b != '\r') {
                line.write(b);
            }
        }
        return line.toString(ISO_8859_1);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
