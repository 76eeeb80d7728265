package org.claviger.run;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import io.kubernetes.client.openapi.JSON;
import io.kubernetes.client.openapi.models.V1ConfigMap;
import io.kubernetes.client.openapi.models.V1Deployment;
import io.kubernetes.client.openapi.models.V1NetworkPolicy;
import io.kubernetes.client.openapi.models.V1PodDisruptionBudget;
import io.kubernetes.client.openapi.models.V1Secret;
import io.kubernetes.client.openapi.models.V1Service;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.yaml.snakeyaml.Yaml;

/** The manifests that administrators start from are what the schema of Kubernetes knows. */
class KubernetesTest {
    private static final Path FOLDER = Path.of("server-config/kubernetes");

    @BeforeAll
    static void know() {
        new JSON();
    }

    private static List<JsonObject> objects(String file) throws IOException {
        List<JsonObject> objects = new ArrayList<>();
        Gson gson = new Gson();
        new Yaml()
                .loadAll(Files.readString(FOLDER.resolve(file)))
                .forEach(document -> objects.add(gson.toJsonTree(document).getAsJsonObject()));
        return objects;
    }

    private static void check(JsonObject object) throws IOException {
        switch (object.get("kind").getAsString()) {
            case "ConfigMap" -> V1ConfigMap.validateJsonElement(object);
            case "Deployment" -> V1Deployment.validateJsonElement(object);
            case "NetworkPolicy" -> V1NetworkPolicy.validateJsonElement(object);
            case "PodDisruptionBudget" -> V1PodDisruptionBudget.validateJsonElement(object);
            case "Secret" -> V1Secret.validateJsonElement(object);
            case "Service" -> V1Service.validateJsonElement(object);
            default -> throw new IllegalArgumentException("no schema for " + object);
        }
    }

    private static JsonObject deployment() throws IOException {
        return objects("claviger.yaml").stream()
                .filter(object -> object.get("kind").getAsString().equals("Deployment"))
                .findFirst()
                .orElseThrow();
    }

    @ParameterizedTest
    @ValueSource(strings = {"claviger.yaml", "secrets.yaml"})
    void every_object_is_as_the_schema_says(String file) throws IOException {
        assertThat(objects(file)).isNotEmpty();
        for (JsonObject object : objects(file)) {
            check(object);
        }
    }

    @Test
    void a_member_that_there_is_not_would_be_found() throws IOException {
        JsonObject broken = deployment();
        broken.getAsJsonObject("spec")
                .getAsJsonObject("template")
                .getAsJsonObject("spec")
                .addProperty("replica", 2);

        assertThatThrownBy(() -> check(broken)).hasMessageContaining("replica");
    }

    @Test
    void the_pods_that_the_service_the_budget_and_the_policy_mean_are_those_of_the_deployment() throws IOException {
        V1Deployment deployment = V1Deployment.fromJson(deployment().toString());
        var labels = requireNonNull(
                        requireNonNull(deployment.getSpec()).getTemplate().getMetadata())
                .getLabels();

        assertThat(deployment.getSpec().getSelector().getMatchLabels()).isEqualTo(labels);
        for (JsonObject object : objects("claviger.yaml")) {
            switch (object.get("kind").getAsString()) {
                case "Service" ->
                    assertThat(requireNonNull(V1Service.fromJson(object.toString())
                                            .getSpec())
                                    .getSelector())
                            .isEqualTo(labels);
                case "PodDisruptionBudget" ->
                    assertThat(requireNonNull(requireNonNull(V1PodDisruptionBudget.fromJson(object.toString())
                                                    .getSpec())
                                            .getSelector())
                                    .getMatchLabels())
                            .isEqualTo(labels);
                case "NetworkPolicy" ->
                    assertThat(requireNonNull(V1NetworkPolicy.fromJson(object.toString())
                                            .getSpec())
                                    .getPodSelector()
                                    .getMatchLabels())
                            .isEqualTo(labels);
                default -> {}
            }
        }
    }
}
