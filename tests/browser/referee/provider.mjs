// An OpenID provider that nobody of this service wrote, set up as DfE Sign-in is: PKCE always, a custom claim,
// an organisation asked for at every authorisation, and logout (EXT-6.13).
// Reads its configuration as JSON from standard input, prints its address, and serves until it is stopped.
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const config = JSON.parse(readFileSync(0, "utf8"));
const require = createRequire(`${config.modules}/`);
const { default: Provider, interactionPolicy } = await import(pathToFileURL(require.resolve("oidc-provider")));
const { Check, Prompt, base } = interactionPolicy;

const chosen = new Map(); // account -> organisation

const policy = base();
policy.remove("consent");
policy.add(
  new Prompt(
    { name: "organisation", requestable: true },
    new Check("organisation_missing", "an organisation is asked for every time", (ctx) => {
      const { oidc } = ctx;
      if (oidc.result?.organisation) return Check.NO_NEED_TO_PROMPT;
      return Check.REQUEST_PROMPT;
    }),
  ),
);

const key = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ format: "jwk" });

const server = createServer();
server.listen(0, "127.0.0.1", () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: config.client_id,
        client_secret: config.secret,
        redirect_uris: [config.redirect_uri],
        post_logout_redirect_uris: [config.post_logout_uri],
        response_types: ["code"],
        grant_types: ["authorization_code"],
        token_endpoint_auth_method: config.client_auth,
        id_token_signed_response_alg: "RS256",
      },
    ],
    jwks: { keys: [{ ...key, kid: "referee", use: "sig", alg: "RS256" }] },
    cookies: { keys: [randomBytes(16).toString("hex")] },
    pkce: { required: () => true },
    scopes: ["openid"],
    claims: {
      openid: ["sub"],
      email: ["email"],
      profile: ["given_name", "family_name"],
      organisation: ["organisation"],
    },
    conformIdTokenClaims: config.claims_in_userinfo_only,
    features: {
      devInteractions: { enabled: false },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: (ctx, form) => {
          ctx.body = `<!DOCTYPE html><title>Sign out</title>${form}`;
        },
      },
    },
    interactions: { policy, url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
    findAccount: (_ctx, id) => ({
      accountId: id,
      claims: () => ({ ...config.user, sub: id, organisation: chosen.get(id) ?? {} }),
    }),
    loadExistingGrant: async (ctx) => {
      const grant = new ctx.oidc.provider.Grant({
        clientId: ctx.oidc.client.clientId,
        accountId: ctx.oidc.session.accountId,
      });
      grant.addOIDCScope("openid email profile organisation");
      await grant.save();
      return grant;
    },
  });
  const callback = provider.callback();
  server.on("request", async (request, response) => {
    if (!request.url.startsWith("/interaction/")) return callback(request, response);
    const { prompt, session } = await provider.interactionDetails(request, response);
    if (prompt.name === "login") {
      const login = { accountId: config.user.sub };
      return provider.interactionFinished(request, response, { login }, { mergeWithLastSubmission: true });
    }
    chosen.set(session.accountId, config.organisation);
    const result = { organisation: { chosen: true } };
    return provider.interactionFinished(request, response, result, { mergeWithLastSubmission: true });
  });
  process.stdout.write(`${JSON.stringify({ url: issuer })}\n`);
});
