package org.claviger.inject;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.RequestScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.enterprise.inject.Typed;
import jakarta.enterprise.inject.spi.InjectionPoint;
import jakarta.json.Json;
import jakarta.json.JsonArray;
import jakarta.json.JsonNumber;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import jakarta.servlet.http.HttpServletRequest;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.eclipse.microprofile.jwt.Claim;
import org.eclipse.microprofile.jwt.ClaimValue;
import org.eclipse.microprofile.jwt.Claims;
import org.eclipse.microprofile.jwt.JsonWebToken;

/**
 * Makes the token injectable, and its claims as text, number, truth value, set of texts, {@code Optional}, JSON value and
 * {@code ClaimValue} (MicroProfile JWT 2.1 section 7.1). A claim that is injected as such is that of the moment of the
 * injection: beans that live longer than a request take a {@code ClaimValue}, which is that of the current caller.
 */
@ApplicationScoped
public class TokenProducer {
    @Produces
    @RequestScoped
    @Typed(JsonWebToken.class)
    JsonWebToken token(HttpServletRequest request) {
        return new CurrentToken(request);
    }

    @Produces
    @Claim
    String text(InjectionPoint point, JsonWebToken token) {
        Object claim = claim(point, token);
        return claim == null ? null : claim.toString();
    }

    @Produces
    @Claim
    Long number(InjectionPoint point, JsonWebToken token) {
        return claim(point, token) instanceof Number number ? number.longValue() : null;
    }

    @Produces
    @Claim
    Boolean truth(InjectionPoint point, JsonWebToken token) {
        return claim(point, token) instanceof Boolean truth ? truth : null;
    }

    @Produces
    @Claim
    Set<String> texts(InjectionPoint point, JsonWebToken token) {
        return texts(claim(point, token));
    }

    @Produces
    @Claim
    JsonString jsonText(InjectionPoint point, JsonWebToken token) {
        return json(claim(point, token)) instanceof JsonString text ? text : null;
    }

    @Produces
    @Claim
    JsonNumber jsonNumber(InjectionPoint point, JsonWebToken token) {
        return json(claim(point, token)) instanceof JsonNumber number ? number : null;
    }

    @Produces
    @Claim
    JsonArray jsonArray(InjectionPoint point, JsonWebToken token) {
        return json(claim(point, token)) instanceof JsonArray array ? array : null;
    }

    @Produces
    @Claim
    JsonObject jsonObject(InjectionPoint point, JsonWebToken token) {
        return json(claim(point, token)) instanceof JsonObject object ? object : null;
    }

    @Produces
    @Claim
    @SuppressWarnings("unchecked") // the injection point says what it is
    <T> Optional<T> optional(InjectionPoint point, JsonWebToken token) {
        return Optional.ofNullable((T) typed(argument(point.getType()), claim(point, token)));
    }

    @Produces
    @Claim
    @SuppressWarnings("unchecked") // the injection point says what it is
    <T> ClaimValue<T> value(InjectionPoint point, JsonWebToken token) {
        String name = name(point);
        Type type = argument(point.getType());
        return new ClaimValue<>() {
            @Override
            public String getName() {
                return name;
            }

            @Override
            public T getValue() {
                Object claim = token.getClaim(name);
                return type instanceof ParameterizedType outer && outer.getRawType() == Optional.class
                        ? (T) Optional.ofNullable(typed(argument(outer), claim))
                        : (T) typed(type, claim);
            }
        };
    }

    private static Type argument(Type type) {
        return ((ParameterizedType) type).getActualTypeArguments()[0];
    }

    private static Object typed(Type type, Object claim) {
        if (type instanceof Class<?> wanted && JsonValue.class.isAssignableFrom(wanted)) {
            return json(claim);
        }
        if (type == Long.class && claim instanceof Number number) {
            return number.longValue();
        }
        return type instanceof ParameterizedType wanted && wanted.getRawType() == Set.class ? texts(claim) : claim;
    }

    private static Set<String> texts(Object claim) {
        Set<String> texts = new LinkedHashSet<>();
        if (claim instanceof Collection<?> many) {
            many.forEach(text -> texts.add(String.valueOf(text)));
        } else if (claim != null) {
            texts.add(claim.toString());
        }
        return texts;
    }

    private static JsonValue json(Object claim) {
        if (claim == null || claim instanceof JsonValue) {
            return (JsonValue) claim;
        }
        if (claim instanceof Map<?, ?> map) {
            var object = Json.createObjectBuilder();
            map.forEach((name, value) -> object.add(String.valueOf(name), json(value)));
            return object.build();
        }
        if (claim instanceof Collection<?> many) {
            var array = Json.createArrayBuilder();
            many.forEach(value -> array.add(json(value)));
            return array.build();
        }
        if (claim instanceof Boolean truth) {
            return truth ? JsonValue.TRUE : JsonValue.FALSE;
        }
        return claim instanceof Number number
                ? Json.createValue(number.longValue())
                : Json.createArrayBuilder(List.of(claim.toString())).build().get(0);
    }

    private static Object claim(InjectionPoint point, JsonWebToken token) {
        return token.getClaim(name(point));
    }

    private static String name(InjectionPoint point) {
        Claim claim = point.getQualifiers().stream()
                .filter(Claim.class::isInstance)
                .map(Claim.class::cast)
                .findFirst()
                .orElseThrow();
        return claim.standard() == Claims.UNKNOWN
                ? claim.value()
                : claim.standard().name();
    }
}
