package org.claviger.it.browser;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.openqa.selenium.By;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.TimeoutException;
import org.openqa.selenium.WebDriver;
import org.openqa.selenium.WebDriverException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.WindowType;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;
import org.openqa.selenium.support.ui.ExpectedConditions;
import org.openqa.selenium.support.ui.WebDriverWait;

/** Debian's Chromium without a window, with an empty profile of its own. */
final class Chromium implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** Would warn with each start that it knows no typed commands for so new a browser; none are used. */
    private static final Logger CDP_VERSIONS = Logger.getLogger("org.openqa.selenium.devtools.CdpVersionFinder");

    static {
        CDP_VERSIONS.setLevel(Level.SEVERE);
    }

    private final Path profile;
    private final LocalApp app;
    private final ChromeDriver driver;
    private final List<String> console = new ArrayList<>();

    /**
     * Starts one.
     *
     * @param languages of who sits before it, best first
     * @param trusted the origins that may open apps of this machine without asking
     */
    Chromium(String languages, URI... trusted) throws IOException {
        profile = Files.createTempDirectory(Files.createDirectories(Path.of("target/tmp")), "chromium")
                .toAbsolutePath();
        app = new LocalApp(profile.resolve("app"));
        ChromeOptions options = new ChromeOptions();
        options.setBinary("/usr/bin/chromium");
        options.addArguments(
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--disable-dev-shm-usage",
                "--hide-scrollbars",
                "--window-size=1024,768",
                "--user-data-dir=" + profile);
        Map<URI, Object> apps = Arrays.stream(trusted)
                .collect(Collectors.toMap(Function.identity(), origin -> Map.of(LocalApp.SCHEME, true)));
        options.setExperimentalOption(
                "prefs",
                Map.of("intl.accept_languages", languages, "protocol_handler.allowed_origin_protocol_pairs", apps));
        LoggingPreferences logs = new LoggingPreferences();
        logs.enable(LogType.BROWSER, Level.ALL);
        options.setCapability(ChromeOptions.LOGGING_PREFS, logs);
        ChromeDriverService service = new ChromeDriverService.Builder()
                .usingDriverExecutable(new File("/usr/bin/chromedriver"))
                .usingAnyFreePort()
                .withEnvironment(Map.of("PATH", app.folder() + File.pathSeparator + System.getenv("PATH")))
                .build();
        driver = new ChromeDriver(service, options);
        // As wide as it was asked for: a window of the new headless mode has borders.
        look(1024, 768, "light");
    }

    /** The addresses with which the browser has opened an app of this machine. */
    List<URI> openedInApp() {
        return app.opened();
    }

    // --- Going somewhere ---

    void open(URI address) {
        driver.get(address.toString());
    }

    void reload() {
        driver.navigate().refresh();
    }

    /** Opens another tab of the same browser and answers the handle of the one before. */
    String openTab() {
        String before = driver.getWindowHandle();
        driver.switchTo().newWindow(WindowType.TAB);
        return before;
    }

    void returnTo(String tab) {
        driver.switchTo().window(tab);
    }

    String tab() {
        return driver.getWindowHandle();
    }

    /** Goes to a tab and brings it before the person's eyes, which the pages hear of. */
    void lookAt(String tab) {
        returnTo(tab);
        cdp("Page.bringToFront", Map.of());
    }

    void enterFrame() {
        driver.switchTo().frame(0);
    }

    URI address() {
        return URI.create(driver.getCurrentUrl());
    }

    // --- Looking and acting ---

    /** Waits for the first element of that kind that is shown. */
    WebElement find(String css) {
        return await(ExpectedConditions.visibilityOfElementLocated(By.cssSelector(css)));
    }

    boolean shows(String css) {
        return driver.findElements(By.cssSelector(css)).stream().anyMatch(WebElement::isDisplayed);
    }

    /** How the first element of that kind is painted. */
    String style(String css, String property) {
        return (String)
                run("return getComputedStyle(document.querySelector(arguments[0]))[arguments[1]]", css, property);
    }

    String title() {
        return driver.getTitle();
    }

    /** What each element of that kind says, shown or not. */
    List<String> texts(String css) {
        return driver.findElements(By.cssSelector(css)).stream()
                .map(WebElement::getText)
                .toList();
    }

    /** Waits for the page whose heading says that. */
    void awaitHeading(String heading) {
        awaitText("h1", heading);
    }

    void awaitText(String css, String text) {
        await(ExpectedConditions.textToBe(By.cssSelector(css), text));
    }

    /** What the page says, as a person sees it. */
    String text() {
        return find("body").getText();
    }

    void fill(String css, String value) {
        WebElement field = find(css);
        field.clear();
        field.sendKeys(value);
    }

    void press(String css) {
        await(ExpectedConditions.elementToBeClickable(By.cssSelector(css))).click();
    }

    /** Presses a button of this page and waits for the next page, which may look the same. */
    void pressAndTurn(String css) {
        WebElement button = find(css);
        button.click();
        await(ExpectedConditions.stalenessOf(button));
    }

    /** Presses a key of the keyboard, whatever has the focus. */
    void type(CharSequence... keys) {
        driver.switchTo().activeElement().sendKeys(keys);
    }

    WebElement focused() {
        return driver.switchTo().activeElement();
    }

    <T> T await(Function<? super WebDriver, T> condition) {
        try {
            // Whoever looks while one page gives way to the next may get any error from the browser; the next look
            // tells.
            return new WebDriverWait(driver, PATIENCE)
                    .ignoring(WebDriverException.class)
                    .until(condition);
        } catch (TimeoutException late) {
            throw new AssertionError(
                    "still not so at " + address() + ":\n" + run("return document.body.innerText"), late);
        }
    }

    Object run(String script, Object... arguments) {
        return driver.executeScript(script, arguments);
    }

    Object runAsync(String script, Object... arguments) {
        return driver.executeAsyncScript(script, arguments);
    }

    // --- What the person's machine is like ---

    /** A screen of that size, and whether the person likes it light or dark. */
    void look(int width, int height, String scheme) {
        cdp(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", width < 600));
        cdp(
                "Emulation.setEmulatedMedia",
                Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
    }

    void switchScriptsOff() {
        cdp("Emulation.setScriptExecutionDisabled", Map.of("value", true));
    }

    private void cdp(String command, Map<String, Object> parameters) {
        driver.executeCdpCommand(command, parameters);
    }

    // --- What is left of it ---

    /** All that the browser has told its developers so far. */
    List<String> console() {
        driver.manage().logs().get(LogType.BROWSER).getAll().stream()
                .map(LogEntry::getMessage)
                .forEach(console::add);
        return List.copyOf(console);
    }

    /** What of it speaks of a content security policy. */
    List<String> violations() {
        return console().stream()
                .filter(message -> message.contains("Content Security Policy"))
                .toList();
    }

    void screenshot(Path file) throws IOException {
        Files.createDirectories(file.toAbsolutePath().getParent());
        Files.write(file, driver.getScreenshotAs(OutputType.BYTES));
    }

    String source() {
        return driver.getPageSource();
    }

    @Override
    public void close() throws IOException {
        driver.quit();
        try (Stream<Path> files = Files.walk(profile)) {
            files.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
        }
    }
}
