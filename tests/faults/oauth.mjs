// A real OAuth server, oauth2-mock-server, and an API that takes only what that server has signed.
//
// Argument: a `node_modules` folder. Prints a line with both ports, and one for each token that was asked for. The API
// refuses, from `POST /revoke` on, all tokens that were signed before.
import { createServer } from 'node:http';
import { pathToFileURL } from 'node:url';

const [folder] = process.argv.slice(1);
const load = async (path) => import(pathToFileURL(`${folder}/${path}`).href);
const { OAuth2Server } = await load('oauth2-mock-server/dist/index.mjs');
const { createRemoteJWKSet, jwtVerify } = await load('jose/dist/webapi/index.js');

const server = new OAuth2Server();
await server.issuer.keys.generate('RS256');
await server.start(0, '127.0.0.1');
server.issuer.url = `http://127.0.0.1:${server.address().port}`;

let generation = 0;

// RFC 6749, 2.3.1: both parts are form-encoded.
const formDecoded = (text) => decodeURIComponent(text.replaceAll('+', ' '));
const client = (request) => {
  const [, credentials] = (request.headers.authorization ?? '').split(' ');
  if (!credentials) return [request.body.client_id, request.body.client_secret];
  return Buffer.from(credentials, 'base64').toString().split(':').map(formDecoded);
};

server.service.on('beforeTokenSigning', (token, request) => {
  Object.assign(token.payload, { aud: request.body.audience, generation });
});
server.service.on('beforeResponse', (response, request) => {
  const [id, secret] = client(request);
  console.log(JSON.stringify({ grant_type: request.body.grant_type, scope: response.body.scope, id }));
  if (secret !== 'right: é%+') {
    response.statusCode = 401;
    response.body = { error: 'invalid_client', error_description: `${secret} is not the secret of ${id}` };
  }
});

const keys = createRemoteJWKSet(new URL(`${server.issuer.url}/jwks`));
const api = createServer(async (request, response) => {
  if (request.method === 'POST') generation += 1;
  const [, token] = (request.headers.authorization ?? '').split(' ');
  const check = { issuer: server.issuer.url, audience: 'crm' };
  const status = await jwtVerify(token ?? '', keys, check).then(
    ({ payload }) => (payload.generation === generation ? 200 : 401),
    () => 401,
  );
  response.writeHead(status, { 'content-type': 'application/json' }).end('{"points": 7}');
});
api.listen(0, '127.0.0.1', () => {
  console.log(JSON.stringify({ login: server.address().port, api: api.address().port }));
});
