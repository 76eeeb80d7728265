package org.claviger.it;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** Between a node and its database: it can be cut, so that nothing arrives and nobody is told, and it can be slow. */
final class Cable implements AutoCloseable {
    private final ServerSocket entrance;
    private final int target;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final Object change = new Object();
    private boolean cut;
    private volatile int delayMillis;

    /** @param target a port of this machine */
    Cable(int target) {
        this.target = target;
        try {
            entrance = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
        start(this::accept);
    }

    private static void start(Runnable task) {
        Thread thread = new Thread(task, "cable");
        thread.setDaemon(true);
        thread.start();
    }

    int port() {
        return entrance.getLocalPort();
    }

    /** From now on nothing arrives on either side, and new connections hear nothing. */
    void cut() {
        synchronized (change) {
            cut = true;
        }
    }

    /** Ends what was cut, as a router does that has forgotten it, and lets new connections through. */
    void mend() {
        synchronized (change) {
            cut = false;
            change.notifyAll();
        }
        open.forEach(Cable::close);
    }

    /** How much later everything arrives at the database, in milliseconds. */
    void delay(int millis) {
        delayMillis = millis;
    }

    private void accept() {
        while (!entrance.isClosed()) {
            try {
                Socket client = entrance.accept();
                open.add(client);
                start(() -> connect(client));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void connect(Socket client) {
        try {
            awaitMended();
            Socket server = new Socket(InetAddress.getLoopbackAddress(), target);
            open.add(server);
            start(() -> pass(server, client, false));
            pass(client, server, true);
        } catch (IOException refused) {
            close(client);
        }
    }

    private void pass(Socket from, Socket to, boolean slow) {
        byte[] some = new byte[65_536];
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int length = in.read(some); length >= 0; length = in.read(some)) {
                if (slow && delayMillis > 0) {
                    TimeUnit.MILLISECONDS.sleep(delayMillis);
                }
                awaitMended();
                out.write(some, 0, length);
                out.flush();
            }
        } catch (IOException closed) {
            // so is the other side, by now
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        } finally {
            open.remove(from);
            open.remove(to);
        }
    }

    private void awaitMended() throws IOException {
        synchronized (change) {
            while (cut) {
                try {
                    change.wait();
                } catch (InterruptedException stopped) {
                    Thread.currentThread().interrupt();
                    throw new IOException(stopped);
                }
            }
        }
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    @Override
    public void close() {
        try {
            entrance.close();
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
        open.forEach(Cable::close);
    }
}
