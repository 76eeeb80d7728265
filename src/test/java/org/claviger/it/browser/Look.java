package org.claviger.it.browser;

/** The screens on which each page is looked at. The narrowest is that of WCAG 2.2 success criterion 1.4.10; the last is that of the README. */
enum Look {
    DESKTOP_LIGHT(1024, 768, "light"),
    DESKTOP_DARK(1024, 768, "dark"),
    PHONE_LIGHT(360, 640, "light"),
    PHONE_DARK(360, 640, "dark"),
    NARROW_LIGHT(320, 568, "light"),
    PICTURE(800, 640, "light");

    private final int width;
    private final int height;
    private final String scheme;

    Look(int width, int height, String scheme) {
        this.width = width;
        this.height = height;
        this.scheme = scheme;
    }

    int width() {
        return width;
    }

    void at(Chromium browser) {
        browser.look(width, height, scheme);
    }
}
