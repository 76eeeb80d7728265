package org.claviger.console;

import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.claviger.http.Requests;
import org.claviger.oauth.ErrorCode;
import org.claviger.oauth.OAuthException;
import org.claviger.oauth.Parameters;

/** The fields of a form that was sent; none of them twice, and more than one line only where a text area was. */
final class Posted {
    private final Parameters fields;

    private Posted(Parameters fields) {
        this.fields = fields;
    }

    static Posted read(HttpServletRequest request) throws OAuthException, IOException {
        Parameters fields = Requests.formWithLines(request);
        fields.refuseRepeated();
        return new Posted(fields);
    }

    /** Empty where nothing was typed. */
    String text(String name) throws OAuthException {
        String text = fields.find(name).orElse("");
        if (text.chars().anyMatch(Character::isISOControl)) {
            throw new OAuthException(ErrorCode.INVALID_REQUEST, "a field has more than one line");
        }
        return text;
    }

    /** The lines of a text area that are not empty, without the spaces around them. */
    List<String> lines(String name) throws OAuthException {
        return fields.find(name)
                .orElse("")
                .lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .toList();
    }

    boolean has(String name) throws OAuthException {
        return fields.find(name).isPresent();
    }

    /** The edition that the form was shown with; one that there never is where it names none. */
    long edition() throws OAuthException {
        return Optional.of(text("edition"))
                .filter(edition -> edition.matches("[0-9]{1,18}"))
                .map(Long::valueOf)
                .orElse(-1L);
    }
}
