package io.sluice.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.Changes.Change;
import io.sluice.config.Changes.Effect;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ChangesTest {
    private static Setting setting(String key, String value) {
        return new Setting(key, value, "gateway.properties:1");
    }

    @Test
    void sayOfEachChangedKeyWhenItTakesEffect() {
        List<Setting> before = List.of(
                setting("route.origins", "https://a.example"),
                setting("limit.slow.publish.rate", "10/s"),
                setting("address.deny", "none"),
                setting("address.connection-rate", "50/s"),
                setting("cluster.brokers", "a:1883"),
                setting("drain.unready-delay", "5s"),
                setting("log.format", "text"));
        List<Setting> after = List.of(
                setting("route.origins", "https://b.example"),
                setting("route.web.paths", "/mqtt"),
                setting("address.deny", "10.0.0.0/8"),
                setting("address.connection-rate", "60/s"),
                setting("cluster.brokers", "b:1883"),
                setting("drain.unready-delay", "6s"),
                setting("log.format", "text"));

        Changes changes = Changes.between(before, after);

        assertThat(changes.list())
                .containsExactly(
                        new Change("route.origins", "https://a.example", "https://b.example", Effect.NEW_CONNECTIONS),
                        new Change("route.web.paths", null, "/mqtt", Effect.NEW_CONNECTIONS),
                        new Change("address.deny", "none", "10.0.0.0/8", Effect.NEW_CONNECTIONS),
                        new Change("address.connection-rate", "50/s", "60/s", Effect.RESTART),
                        new Change("cluster.brokers", "a:1883", "b:1883", Effect.RESTART),
                        new Change("drain.unready-delay", "5s", "6s", Effect.NOW),
                        new Change("limit.slow.publish.rate", "10/s", null, Effect.NEW_CONNECTIONS));
        assertThat(changes.inForce())
                .extracting(Setting::key, Setting::value)
                .contains(
                        org.assertj.core.groups.Tuple.tuple("cluster.brokers", "a:1883"),
                        org.assertj.core.groups.Tuple.tuple("address.connection-rate", "50/s"),
                        org.assertj.core.groups.Tuple.tuple("route.origins", "https://b.example"))
                .hasSize(7);
    }

    @Test
    void areNoneWhereOnlyTheOriginOfAValueHasMoved() {
        Changes changes = Changes.between(
                List.of(new Setting("route.paths", "/mqtt", "gateway.properties:1")),
                List.of(new Setting("route.paths", "/mqtt", "gateway.properties:9")));

        assertThat(changes.list()).isEmpty();
        assertThat(changes.inForce()).hasSize(1);
    }
}
