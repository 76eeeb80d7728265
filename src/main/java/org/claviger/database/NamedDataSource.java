package org.claviger.database;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.SQLException;
import javax.naming.InitialContext;
import javax.naming.NamingException;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * A data source of the server, by its name in JNDI. It is looked up when it is needed: servers bind their data sources while
 * applications start already, and an administrator may add one later. Until it is there the database is away.
 */
final class NamedDataSource implements InvocationHandler {
    private final String name;
    private volatile @Nullable DataSource found;

    private NamedDataSource(String name) {
        this.name = name;
    }

    static DataSource of(String name) {
        return (DataSource) Proxy.newProxyInstance(
                NamedDataSource.class.getClassLoader(), new Class<?>[] {DataSource.class}, new NamedDataSource(name));
    }

    @Override
    @SuppressWarnings("ReferenceEquality") // what a proxy is
    public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments) throws Throwable {
        return switch (method.getName()) {
            case "equals" -> arguments != null && arguments[0] == proxy;
            case "hashCode" -> name.hashCode();
            case "toString" -> name;
            default -> call(method, arguments);
        };
    }

    private @Nullable Object call(Method method, Object @Nullable [] arguments) throws Throwable {
        try {
            return method.invoke(lookUp(), arguments);
        } catch (InvocationTargetException thrown) {
            throw thrown.getCause() == null ? thrown : thrown.getCause();
        }
    }

    @SuppressWarnings("BanJNDI") // an administrator's setting, which DatabaseSettings keeps to names of this server
    private DataSource lookUp() throws SQLException {
        DataSource known = found;
        if (known != null) {
            return known;
        }
        try {
            DataSource bound = InitialContext.doLookup(name);
            found = bound;
            return bound;
        } catch (NamingException | ClassCastException missing) {
            throw new SQLException("the server has no data source " + name, "08001", missing);
        }
    }
}
