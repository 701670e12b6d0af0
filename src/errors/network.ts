import type { ErrorEntry } from './entry.ts';

/** Errors of transfers and registries. */
export const networkErrors = {
  BLOB_HASH: {
    exit: 2,
    title: 'a file arrived with other bytes than expected',
    cause: 'The SHA-256 of the bytes is not the one that was asked for.',
    fix: 'Run the command again. If it stays, a proxy or the server changes the file: tell whoever runs it.',
  },
  DOWNLOAD_AUTH: {
    exit: 2,
    title: 'a download was refused',
    cause: 'The server wants credentials, or does not accept those that were sent (status 401 or 403).',
    fix: 'Set UV_INDEX_<NAME>_USERNAME and UV_INDEX_<NAME>_PASSWORD for the index of that name in [[tool.uv.index]], or add a `machine` entry to ~/.netrc.',
  },
  DOWNLOAD_FAILED: {
    exit: 2,
    title: 'a file could not be downloaded',
    cause: 'The server could not be reached or kept answering with an error.',
    fix: 'Check the network, the proxy settings and the URL, then run the command again; finished downloads are kept.',
  },
  DOWNLOAD_HASH: {
    exit: 1,
    title: 'a downloaded file has other bytes than promised',
    cause: 'The size or SHA-256 of what the server sent is not what was locked. Nothing of it was kept.',
    fix: 'Run the command again. If it stays, the file was replaced on the server, or something between changes it: find out which before you lock again.',
  },
  DOWNLOAD_NOT_FOUND: {
    exit: 2,
    title: 'a file is no longer on the server',
    cause: 'The server answered 404 or 410 for a locked URL.',
    fix: 'Lock a version that still exists, or use an index that keeps old files.',
  },
  DOWNLOAD_TRUNCATED: {
    exit: 2,
    title: 'a download kept ending early',
    cause: 'The connection broke several times in a row without progress, or the server sends fewer bytes than it should.',
    fix: 'Run the command again; the download goes on where it stopped.',
  },
  NETWORK_CA_BUNDLE: {
    exit: 2,
    title: 'a CA bundle could not be read',
    cause: 'SSL_CERT_FILE or NODE_EXTRA_CA_CERTS names a file that is missing or holds no PEM certificate.',
    fix: 'Correct the variable, or unset it to use the roots of the system.',
  },
  NETWORK_OFFLINE: {
    exit: 2,
    title: 'a request is needed, but --offline was given',
    cause: 'Something that the build needs is neither in the store nor in wherry.lock.',
    fix: 'Run the command once without --offline.',
  },
  NETWORK_PROTOCOL: {
    exit: 2,
    title: 'a server sent an answer that cannot be used',
    cause: 'The answer is too large, cut short, not HTTP, or a redirect that leads nowhere.',
    fix: 'Check that the URL names the right server and that no proxy rewrites its answers.',
  },
  NETWORK_REFUSED_URL: {
    exit: 2,
    title: 'a URL is not allowed',
    cause:
      'Only https is used (http for loopback addresses), and a redirect may not lead from a public server to plain http or to a private address.',
    fix: 'Use an https URL. A mirror inside a private network must be configured by its own address.',
  },
  NETWORK_TIMEOUT: {
    exit: 2,
    title: 'a server did not answer in time',
    cause: 'The connection, the answer or its body took too long, several times in a row.',
    fix: 'Check the network and the proxy settings, then run the command again.',
  },
  NETWORK_TLS: {
    exit: 2,
    title: 'a secure connection could not be made',
    cause: "The server's certificate is not trusted, has expired, or belongs to another host.",
    fix: 'If the network uses its own certificate authority, set SSL_CERT_FILE to its PEM bundle.',
  },
  NETWORK_UNREACHABLE: {
    exit: 2,
    title: 'a server could not be reached',
    cause: 'The name could not be resolved, or the connection was refused or kept breaking.',
    fix: 'Check the network, the host name, and HTTPS_PROXY and NO_PROXY.',
  },
  OFFLINE_MISSING: {
    exit: 2,
    title: 'a file is missing and --offline forbids to fetch it',
    cause: 'The build needs a file that is not in the store.',
    fix: 'Run the command once without --offline.',
  },
  REFERENCE_INVALID: {
    exit: 1,
    title: 'an image reference cannot be read',
    cause: 'The text is not of the form [HOST[:PORT]/]NAME[:TAG][@sha256:DIGEST]; names are lower case.',
    fix: 'Correct the reference, for example python:3.13-slim or registry.example/team/app:1.0.',
  },
  REGISTRY_AUTH: {
    exit: 2,
    title: 'a registry wants other credentials',
    cause:
      'The registry asked for a login and there is none for it, or it refused the one found. Some registries answer so for images that do not exist.',
    fix: 'Run wherry login HOST (docker login and podman login do as well), or set WHERRY_REGISTRY with WHERRY_REGISTRY_USERNAME and WHERRY_REGISTRY_PASSWORD; check the spelling of the image name.',
  },
  REGISTRY_BLOB_UNKNOWN: {
    exit: 2,
    title: 'a registry misses a part of an image',
    cause: 'The registry did not take a manifest because a blob or a manifest that it lists is not in the repository.',
    fix: 'Run the command again; what is missing is sent again. If it stays, the registry removes blobs while they are in use.',
  },
  REGISTRY_CONFIG: {
    exit: 2,
    title: 'credentials or settings of registries cannot be read',
    cause:
      "Wherry's or containers' auth.json, Docker's config.json or a registries.conf is broken, or the WHERRY_REGISTRY variables do not belong together.",
    fix: 'Correct or remove the file or the variable that the message names.',
  },
  REGISTRY_DENIED: {
    exit: 2,
    title: 'a registry does not allow the request',
    cause: 'The account is known but may not read or write this repository.',
    fix: 'Ask for access to the repository, or log in with another account.',
  },
  REGISTRY_LIMIT: {
    exit: 2,
    title: 'a registry limits the number of requests',
    cause: 'The registry answered "too many requests" to every try. Anonymous pulls have the lowest limits.',
    fix: 'Wait, log in to the registry, or use a mirror of the image.',
  },
  REGISTRY_NOT_FOUND: {
    exit: 2,
    title: 'an image or blob is not in the registry',
    cause: 'The repository, the tag or the digest does not exist there.',
    fix: 'Check the spelling of the reference and that the tag still exists.',
  },
  REGISTRY_PROTOCOL: {
    exit: 2,
    title: 'a registry sent something that cannot be used',
    cause: 'Bytes that do not match their digest, a manifest that is too large or of an old kind, or an unexpected status.',
    fix: 'Try again; if it persists, the registry or a proxy in between is at fault.',
  },
  REGISTRY_TAG_IMMUTABLE: {
    exit: 2,
    title: 'a registry does not let a tag be moved',
    cause: 'The tag exists already, and the repository keeps tags as they are. The image itself was stored under its digest.',
    fix: 'Push another tag, for example one with the commit in it, or allow tags of the repository to be overwritten.',
  },
  REGISTRY_TOO_LARGE: {
    exit: 2,
    title: 'something is too large for a registry',
    cause: 'The registry, or a proxy before it, has a limit for the size of blobs or manifests (status 413).',
    fix: 'Raise the limit (for nginx: client_max_body_size 0), or use smaller layers.',
  },
  WHEEL_HASH: {
    exit: 1,
    title: 'a wheel has other bytes than uv.lock promises',
    cause: 'The size or SHA-256 of the downloaded wheel is not the one in uv.lock. Nothing of it was kept.',
    fix: 'Run the command again. If it stays, the file was replaced on the index or on the way: find out which, then run `uv lock`.',
  },
} as const satisfies Record<string, ErrorEntry>;
