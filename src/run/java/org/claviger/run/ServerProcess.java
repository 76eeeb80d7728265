package org.claviger.run;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** A server in a process of its own, on 127.0.0.1 only. It ends with this JVM at the latest. */
public final class ServerProcess {
    private static final Duration TO_START = Duration.ofMinutes(6);
    private static final Duration TO_STOP = Duration.ofSeconds(30);

    private final Process process;
    private final ServerLog log;
    private final Thread logReader;
    private volatile boolean stopping;

    private ServerProcess(Process process, ServerLog log) {
        this.process = process;
        this.log = log;
        this.logReader = new Thread(this::readLog, "server-log");
        logReader.setDaemon(true);
        logReader.start();
        Runtime.getRuntime().addShutdownHook(new Thread(this::stop, "server-stop"));
    }

    /**
     * Starts it on a port that must be free; {@link #awaitReady} says when it serves.
     *
     * @param echo is handed each line that the server logs
     */
    static ServerProcess start(int port, ProcessBuilder builder, Consumer<String> echo)
            throws IOException, StartFailure {
        requireFree(port);
        Process process = builder.redirectErrorStream(true).start();
        process.getOutputStream().close(); // Payara Server would wait for passwords
        return new ServerProcess(process, new ServerLog(echo));
    }

    /** The Java that runs this. */
    static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    private static void requireFree(int port) throws StartFailure {
        try {
            new ServerSocket(port, 1, InetAddress.getLoopbackAddress()).close();
        } catch (IOException e) {
            throw new StartFailure(
                    "port " + port + " cannot be used (" + e.getMessage() + "); -Dport=N chooses another");
        }
    }

    /** Returns when everything is deployed and the probe answers 200. */
    public void awaitReady(URI probe) throws InterruptedException, StartFailure {
        awaitUp();
        String answer = answer(probe);
        // WildFly says that it has started a moment before Claviger knows it.
        for (int again = 0; answer.equals("503") && again < 20; again++) {
            Thread.sleep(250);
            answer = answer(probe);
        }
        if (!answer.equals("200")) {
            // Servers serve the applications that they could deploy, whatever became of the others.
            throw new StartFailure(log.reason().orElse(probe + " answers " + answer));
        }
    }

    /** Returns when the server serves what it could deploy. */
    public void awaitUp() throws InterruptedException, StartFailure {
        long deadline = System.nanoTime() + TO_START.toNanos();
        while (!log.saysReady()) {
            if (process.waitFor(200, TimeUnit.MILLISECONDS)) {
                logReader.join();
                throw new StartFailure(log.reason().orElse("the server ended with status " + process.exitValue()));
            }
            if (System.nanoTime() - deadline > 0) {
                throw new StartFailure("the server was not ready within " + TO_START.toSeconds() + " s");
            }
        }
    }

    /** The processor time that it has used so far, with what its script has started. */
    public Duration cpu() {
        return Stream.concat(Stream.of(process.toHandle()), process.descendants())
                .flatMap(handle -> handle.info().totalCpuDuration().stream())
                .reduce(Duration.ZERO, Duration::plus);
    }

    private static String answer(URI probe) throws InterruptedException {
        HttpRequest request =
                HttpRequest.newBuilder(probe).timeout(Duration.ofSeconds(30)).build();
        try {
            int status = HttpClient.newHttpClient()
                    .send(request, BodyHandlers.discarding())
                    .statusCode();
            return Integer.toString(status);
        } catch (IOException e) {
            return e.toString();
        }
    }

    /** Waits until the server has ended and gives its exit status. */
    public int awaitEnd() throws InterruptedException {
        int status = process.waitFor();
        logReader.join();
        return status;
    }

    /** The id of the process that is Java: this one, or what its script has started. */
    public long javaId() {
        return process.descendants()
                .filter(child -> child.info().command().orElse("").endsWith("/java"))
                .map(ProcessHandle::pid)
                .findFirst()
                .orElse(process.pid());
    }

    /** Whether the server ends because it was told to: by {@link #stop} or, like this JVM, by Ctrl-C. */
    boolean wasTold() {
        return stopping || (!process.isAlive() && (process.exitValue() == 130 || process.exitValue() == 143));
    }

    /** Asks the server to end, and makes it end if it does not within half a minute. */
    public void stop() {
        stopping = true;
        process.destroy();
        try {
            if (!process.waitFor(TO_STOP.toSeconds(), TimeUnit.SECONDS)) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly().waitFor();
            }
            logReader.join();
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    /** Ends the server without asking, as a lost machine does. */
    public void kill() throws InterruptedException {
        stopping = true;
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly().waitFor();
        logReader.join();
    }

    /** Stops it where it is ({@code SIGSTOP}), as a machine does that sleeps; it holds what it holds. */
    public void pause() throws InterruptedException, IOException {
        signal("STOP");
    }

    /** Lets it go on ({@code SIGCONT}). */
    public void resume() throws InterruptedException, IOException {
        signal("CONT");
    }

    private void signal(String name) throws InterruptedException, IOException {
        new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                .start()
                .waitFor();
    }

    private void readLog() {
        try (BufferedReader lines = process.inputReader()) {
            lines.lines().forEach(log::add);
        } catch (IOException | UncheckedIOException e) {
            if (!stopping) {
                log.add("the server's log cannot be read: " + e.getMessage());
            }
        }
    }
}
