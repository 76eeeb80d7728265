/**
 * The administration interface: open only to tokens whose one audience is <code>&lt;issuer&gt;/admin</code>.
 *
 * <p>How an operation is described, without which the build fails:
 *
 * <ul>
 *   <li>The resource has {@link org.claviger.admin.CommonAnswers} (400, 401, 406, 421), {@code @Produces} and {@code @RolesAllowed}.
 *   <li>The method has {@code @Operation} with an {@code operationId} that no other has and a {@code summary}, {@code @SecurityRequirement}
 *       with the scope of its role, and an {@code @ApiResponse} for each status more: 403 where it changes something, and what it can
 *       refuse. Each answer, parameter ({@code @Parameter(ref = "Limit")}) and body is a {@code ref}; the parameter that takes a body is
 *       {@code hidden}.
 *   <li>What they refer to stands in {@code src/main/openapi/base.yaml}: first look there for what fits. A schema says
 *       {@code required}, but not {@code additionalProperties: false}: members may be added.
 *   <li>{@code AdminOperationsIT} has an exchange for each answer, in the story of the resource:
 *       {@code call("readClient", id).token(reader).gives(200)}. What is refused everywhere alike it tries by itself.
 * </ul>
 */
@NullMarked
package org.claviger.admin;

import org.jspecify.annotations.NullMarked;
