package org.claviger.admin;

import io.swagger.v3.oas.annotations.responses.ApiResponse;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** On a resource: the answers that each of its operations may give, for the document that {@link OpenApiResource} serves. */
@ApiResponse(responseCode = "400", ref = "BadRequest")
@ApiResponse(responseCode = "401", ref = "Unauthorized")
@ApiResponse(responseCode = "406", ref = "NotAcceptable")
@ApiResponse(responseCode = "421", ref = "Misdirected")
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
@interface CommonAnswers {}
