package org.claviger;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import jakarta.json.JsonObject;
import jakarta.servlet.ReadListener;
import jakarta.servlet.Servlet;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.security.Principal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Enumeration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * One HTTP request and its response without a server. It knows the calls below and no others: code that reads a body by
 * {@code getParameter}, for instance, fails here.
 */
public final class Exchange {
    private final HttpServletRequest request = stub(HttpServletRequest.class, new RequestCalls());
    private final HttpServletResponse response = stub(HttpServletResponse.class, new ResponseCalls());

    private final String method;
    private final Map<String, List<String>> requestHeaders = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    private final Map<String, Object> attributes = new HashMap<>();
    private final List<Cookie> requestCookies = new ArrayList<>();
    private byte[] body = new byte[0];
    private String query;
    private String peer = "203.0.113.1";
    private String contentType;
    private String contextPath = "/api/v2/auth";
    private String servletPath = "";
    private String requestUri = "";
    private Principal principal;
    private List<String> roles = List.of();

    private int status = 200;
    private final Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    private final Map<String, Cookie> cookies = new TreeMap<>();
    private final ByteArrayOutputStream answer = new ByteArrayOutputStream();

    private Exchange(String method) {
        this.method = method;
        requestHeaders.put("Host", List.of("id.example.org"));
    }

    public static Exchange get(String query) {
        Exchange exchange = new Exchange("GET");
        exchange.query = query;
        return exchange;
    }

    public static Exchange post(String form) {
        Exchange exchange = new Exchange("POST");
        exchange.body = form.getBytes(ISO_8859_1);
        exchange.contentType = "application/x-www-form-urlencoded";
        return exchange;
    }

    public static Exchange method(String method) {
        return new Exchange(method);
    }

    /** Adds a header; a host takes the place of {@link Fixture#ISSUER}'s. */
    public Exchange header(String name, String value) {
        if (name.equals("Host")) {
            requestHeaders.remove(name);
        }
        requestHeaders.computeIfAbsent(name, n -> new ArrayList<>()).add(value);
        return this;
    }

    /** Where the request goes, on the server and as the person has typed it. */
    public Exchange at(String context, String servlet, String below) {
        contextPath = context;
        servletPath = servlet;
        requestUri = context + servlet + below;
        return this;
    }

    /** Who sends the request. */
    public Exchange peer(String address) {
        peer = address;
        return this;
    }

    public Exchange contentType(String type) {
        contentType = type;
        return this;
    }

    public Exchange cookie(Cookie cookie) {
        requestCookies.add(cookie);
        return this;
    }

    /** What the server itself thinks of the caller. */
    public Exchange caller(Principal caller, String... rolesOfTheServer) {
        principal = caller;
        roles = List.of(rolesOfTheServer);
        return this;
    }

    public Exchange attribute(String name, Object value) {
        attributes.put(name, value);
        return this;
    }

    public Exchange through(Servlet servlet) {
        try {
            servlet.service(request, response);
            return this;
        } catch (ServletException | IOException broken) {
            throw new IllegalStateException(broken);
        }
    }

    public HttpServletRequest request() {
        return request;
    }

    public HttpServletResponse response() {
        return response;
    }

    public int status() {
        return status;
    }

    /** A header of the response, empty if it was not set. */
    public String header(String name) {
        return headers.getOrDefault(name, "");
    }

    /** A cookie that the response set, null if it did not. */
    public Cookie cookie(String name) {
        return cookies.get(name);
    }

    public Map<String, Cookie> cookies() {
        return cookies;
    }

    public String body() {
        return answer.toString(UTF_8);
    }

    public JsonObject json() {
        return Fixture.json(body());
    }

    private static <T> T stub(Class<T> type, Object calls) {
        return type.cast(
                Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (self, method, arguments) -> {
                    try {
                        Method call = calls.getClass().getMethod(method.getName(), method.getParameterTypes());
                        return call.invoke(calls, arguments);
                    } catch (InvocationTargetException thrown) {
                        throw thrown.getCause();
                    } catch (NoSuchMethodException unknown) {
                        throw new UnsupportedOperationException(method.toString(), unknown);
                    }
                }));
    }

    /** Called by name from the stub. */
    @SuppressWarnings("unused")
    public final class RequestCalls {
        public String getMethod() {
            return method;
        }

        public String getRemoteAddr() {
            return peer;
        }

        public String getServletPath() {
            return servletPath;
        }

        public String getPathInfo() {
            return requestUri.isEmpty() ? null : requestUri.substring((contextPath + servletPath).length());
        }

        public String getRequestURI() {
            return requestUri;
        }

        public String getProtocol() {
            return "HTTP/1.1";
        }

        public String getQueryString() {
            return query;
        }

        public String getContentType() {
            return contentType;
        }

        public String getScheme() {
            return "https";
        }

        public String getContextPath() {
            return contextPath;
        }

        public Cookie[] getCookies() {
            return requestCookies.isEmpty() ? null : requestCookies.toArray(Cookie[]::new);
        }

        public String getHeader(String name) {
            return requestHeaders.getOrDefault(name, List.of()).stream()
                    .findFirst()
                    .orElse(null);
        }

        public Enumeration<String> getHeaders(String name) {
            return Collections.enumeration(requestHeaders.getOrDefault(name, List.of()));
        }

        public Object getAttribute(String name) {
            return attributes.get(name);
        }

        public void setAttribute(String name, Object value) {
            attributes.put(name, value);
        }

        public Principal getUserPrincipal() {
            return principal;
        }

        public boolean isUserInRole(String role) {
            return roles.contains(role);
        }

        public ServletInputStream getInputStream() {
            ByteArrayInputStream bytes = new ByteArrayInputStream(body);
            return new ServletInputStream() {
                @Override
                public int read() {
                    return bytes.read();
                }

                @Override
                public int read(byte[] into, int offset, int length) {
                    return bytes.read(into, offset, length);
                }

                @Override
                public boolean isFinished() {
                    return bytes.available() == 0;
                }

                @Override
                public boolean isReady() {
                    return true;
                }

                @Override
                public void setReadListener(ReadListener listener) {
                    throw new UnsupportedOperationException();
                }
            };
        }
    }

    /** Called by name from the stub. */
    @SuppressWarnings("unused")
    public final class ResponseCalls {
        public void setStatus(int code) {
            status = code;
        }

        public int getStatus() {
            return status;
        }

        public void sendError(int code) {
            status = code;
        }

        public void sendError(int code, String message) {
            status = code;
            headers.put("X-Message", message);
        }

        public void setHeader(String name, String value) {
            if (value.chars().anyMatch(c -> c < 0x20 || c > 0x7e)) {
                throw new IllegalArgumentException(
                        "a header of " + name.toLowerCase(Locale.ROOT) + " that no server sends");
            }
            headers.put(name, value);
        }

        public void addHeader(String name, String value) {
            setHeader(name, value);
        }

        public boolean containsHeader(String name) {
            return headers.containsKey(name);
        }

        public void addCookie(Cookie cookie) {
            cookies.put(cookie.getName(), cookie);
        }

        public void setContentType(String type) {
            headers.put("Content-Type", type);
        }

        public void setContentLength(int length) {
            headers.put("Content-Length", Integer.toString(length));
        }

        public boolean isCommitted() {
            return false;
        }

        public void flushBuffer() {}

        public void resetBuffer() {
            answer.reset();
        }

        public void reset() {
            status = 200;
            headers.clear();
            answer.reset();
        }

        public ServletOutputStream getOutputStream() {
            return new ServletOutputStream() {
                @Override
                public void write(int octet) {
                    answer.write(octet);
                }

                @Override
                public boolean isReady() {
                    return true;
                }

                @Override
                public void setWriteListener(WriteListener listener) {
                    throw new UnsupportedOperationException();
                }
            };
        }
    }
}
