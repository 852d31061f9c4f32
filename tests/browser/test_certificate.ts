/**
 * A certificate for `localhost` that signs itself, and its key. They are public: they protect
 * nothing and are trusted by nobody. The browser tests need https to see `__Host-` cookies.
 */
export const TEST_CERTIFICATE: { cert: string; key: string } = {
  cert: `-----BEGIN CERTIFICATE-----
MIIB8jCCAZegAwIBAgIUCs1/0vEFuUFOjJazlqhraZS4BIAwCgYIKoZIzj0EAwIw
PzESMBAGA1UEAwwJbG9jYWxob3N0MSkwJwYDVQQKDCBTYXRjaGVsIHRlc3RzLCB0
cnVzdGVkIGJ5IG5vYm9keTAgFw0yNjExMjMxMjM5MDlaGA8yMTI2MTAzMDEyMzkw
OVowPzESMBAGA1UEAwwJbG9jYWxob3N0MSkwJwYDVQQKDCBTYXRjaGVsIHRlc3Rz
LCB0cnVzdGVkIGJ5IG5vYm9keTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABCYD
qPOmD1ShqOj8+1xqHzQPSZwgs5Shzw31nxsXlfXZbd3ilwxHS64nIEQSicKFohzn
ZAjI/GnHtPyMyNe671yjbzBtMB0GA1UdDgQWBBQzX8mAly3B5l7qiVd62/NX5DFH
YzAfBgNVHSMEGDAWgBQzX8mAly3B5l7qiVd62/NX5DFHYzAPBgNVHRMBAf8EBTAD
AQH/MBoGA1UdEQQTMBGCCWxvY2FsaG9zdIcEfwAAATAKBggqhkjOPQQDAgNJADBG
AiEA3fs0RzDDyz+5W3AJavU3a59h+mCYV67RLpwB3f00TXICIQCHhtifcx2EJQ15
PaW+ptqqh8EGeMnLeQtswjA6gAQi9w==
-----END CERTIFICATE-----
`,
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgolhQzv8MnovTcuCa
IYP8Xnnw9y9jmmfwfXvpo+BaqXihRANCAAQmA6jzpg9Uoajo/Ptcah80D0mcILOU
oc8N9Z8bF5X12W3d4pcMR0uuJyBEEonChaIc52QIyPxpx7T8jMjXuu9c
-----END PRIVATE KEY-----
`,
};
