package org.claviger.it.browser;

import java.net.URI;
import org.claviger.it.RunningClaviger;

/** Each page that people see, and how to come to see it, in any language. */
enum Shown {
    SIGN_IN {
        @Override
        void show(RunningClaviger claviger, Chromium browser, Front front) {
            front.visit("payroll");
            browser.find("#password");
        }
    },
    SIGN_IN_WITH_ERROR {
        @Override
        void show(RunningClaviger claviger, Chromium browser, Front front) {
            front.visit("payroll");
            front.signIn("alice", "not the password of alice");
            browser.find("[role=alert]");
        }
    },
    CONSENT {
        @Override
        void show(RunningClaviger claviger, Chromium browser, Front front) {
            front.visit("payroll");
            front.signIn("alice");
            browser.find("button[value=allow]");
        }
    },
    SIGN_OUT {
        @Override
        void show(RunningClaviger claviger, Chromium browser, Front front) {
            CONSENT.show(claviger, browser, front);
            browser.press("a[href=signout]");
            browser.find("input[name=everywhere]");
        }
    },
    SIGNED_OUT {
        @Override
        void show(RunningClaviger claviger, Chromium browser, Front front) {
            CONSENT.show(claviger, browser, front);
            front.signOut(false);
        }
    },
    ACCOUNT_SIGN_IN {
        @Override
        void show(RunningClaviger claviger, Chromium browser, Front front) {
            browser.open(URI.create(claviger.issuer() + "/account?message=password-changed"));
            browser.find("[role=status]");
        }
    },
    ACCOUNT {
        @Override
        void show(RunningClaviger claviger, Chromium browser, Front front) {
            browser.open(claviger.at("/demo/"));
            front.signInToDemo("root");
            browser.open(URI.create(claviger.issuer() + "/account?message=session-ended"));
            browser.find("button[aria-describedby^=family-]");
        }
    },
    ACCOUNT_PASSWORD {
        @Override
        void show(RunningClaviger claviger, Chromium browser, Front front) {
            front.account("root");
            browser.press("a[href='account/password']");
            browser.find("#current_password");
        }
    },
    ACCOUNT_PASSWORD_WITH_ERROR {
        @Override
        void show(RunningClaviger claviger, Chromium browser, Front front) {
            ACCOUNT_PASSWORD.show(claviger, browser, front);
            browser.fill("#current_password", "password of root");
            browser.fill("#password", "twelve characters");
            browser.fill("#password_again", "other characters");
            browser.press("form button");
            browser.find("[role=alert]");
        }
    },
    PASSWORD {
        @Override
        void show(RunningClaviger claviger, Chromium browser, Front front) {
            browser.open(URI.create(claviger.issuer() + "/password"));
            browser.find("#code");
        }
    },
    ERROR {
        @Override
        void show(RunningClaviger claviger, Chromium browser, Front front) {
            browser.open(URI.create(claviger.issuer() + "/authorize?client_id=unknown"));
            browser.find("[role=alert]");
        }
    },
    DEMO {
        @Override
        void show(RunningClaviger claviger, Chromium browser, Front front) {
            browser.open(claviger.at("/demo/"));
            browser.find("#sign-in:enabled");
        }
    },
    DEMO_SIGNED_IN {
        @Override
        void show(RunningClaviger claviger, Chromium browser, Front front) {
            DEMO.show(claviger, browser, front);
            front.signInToDemo("alice");
            browser.await(driver -> browser.texts("td.with-token strong").size()
                    == browser.texts("tr[data-endpoint]").size());
        }
    };

    abstract void show(RunningClaviger claviger, Chromium browser, Front front);
}
