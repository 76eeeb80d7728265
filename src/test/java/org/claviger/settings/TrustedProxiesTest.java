package org.claviger.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Optional;
import org.claviger.Fixture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TrustedProxiesTest {
    private static TrustedProxies proxies(String value) {
        return TrustedProxies.read(new SettingReader(Settings.written(
                key -> key.equals("claviger.trusted-proxies") ? Optional.of(value) : Optional.empty())));
    }

    @ParameterizedTest
    @CsvSource({
        "10.0.0.0/8,10.255.0.1,true",
        "10.0.0.0/8,11.0.0.1,false",
        "192.168.4.0/22,192.168.7.255,true",
        "192.168.4.0/22,192.168.8.0,false",
        "127.0.0.1,127.0.0.1,true",
        "127.0.0.1,127.0.0.2,false",
        "::1,0:0:0:0:0:0:0:1,true",
        "2001:db8::/32,2001:db8:1::1,true",
        "2001:db8::/32,2001:db9::1,false",
        "0.0.0.0/0,::1,false",
        "0.0.0.0/0,localhost,false",
        "0.0.0.0/0,unknown,false"
    })
    void anAddressIsTrustedIfANetworkContainsIt(String networks, String address, boolean trusted) {
        assertThat(proxies(networks).contains(address)).isEqualTo(trusted);
    }

    @Test
    void nobodyIsTrustedByDefault() {
        assertThat(Fixture.settings().trustedProxies().contains("127.0.0.1")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "proxy.example.org",
                "10.0.0.0/33",
                "::/129",
                "10.0.0.0/",
                "10.0.0.0/8/8",
                "10.0.0.0/x",
                "10.0.0,",
                ","
            })
    void whatIsNoNetworkIsRefused(String value) {
        assertThatThrownBy(() -> proxies(value))
                .isInstanceOf(SettingsException.class)
                .hasMessageStartingWith("claviger.trusted-proxies: ");
    }

    /** Java takes the first five for addresses, and asks the name service for the others. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "1",
                "127.1",
                "127.0.1",
                "010.0.0.1",
                "4294967295",
                "999.1.1.1",
                "1.1.1.1.1",
                "1..1.1",
                ".:1",
                "abc",
                "localhost",
                "[::1]",
                "::1%lo",
                "",
                ":",
                ":::",
                "1:2"
            })
    void onlyWholeAddressesAreAddresses(String literal) {
        assertThat(Networks.parseAddress(literal)).isEmpty();
    }

    @Test
    void anIpv4AddressInsideIpv6IsThatAddress() {
        assertThat(proxies("10.0.0.0/8").contains("::ffff:10.1.2.3")).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"Forwarded, X-Forwarded-For", "X-Forwarded-Host", "Forwarded, X-Forwarded-Host", "X-Real-IP", ","
            })
    void whatTheProxiesWriteIsOneThing(String headers) {
        assertThatThrownBy(() -> Fixture.settings("claviger.forwarded-headers", headers))
                .isInstanceOf(SettingsException.class)
                .hasMessageStartingWith("claviger.forwarded-headers: ");
    }
}
