// What stands for a token in the key of the cache, so that neither its files nor its memory hold one.
import crypto from 'crypto';

function token(r) {
    return crypto.createHash('sha256').update(r.variables.http_authorization || '').digest('base64url');
}

export default { token };
