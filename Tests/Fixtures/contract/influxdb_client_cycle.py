#!/usr/bin/env python3
"""The whole life of a v1 login through `influxdb-client`, its traps included: influxdb_client_cycle.py URL CA TOKEN ORG-ID BUCKET-ID LOGIN:PASSWORD"""
import sys

from influxdb_client import AuthorizationUpdateRequest, InfluxDBClient, LegacyAuthorizationPostRequest, Permission, PermissionResource
from influxdb_client.client.write_api import SYNCHRONOUS
from influxdb_client.domain.password_reset_body import PasswordResetBody
from influxdb_client.rest import ApiException
from influxdb_client.service.legacy_authorizations_service import LegacyAuthorizationsService

url, ca, token, org, bucket, login = sys.argv[1:]


def client(**credential):
    return InfluxDBClient(url=url, org="default", ssl_ca_cert=ca, **credential)


def refused(status, call, *arguments, **named):
    try:
        call(*arguments, **named)
    except ApiException as problem:
        assert problem.status == status, (problem.status, problem.body)
        return problem
    raise SystemExit(f"carried instead of {status}: {call.__name__} {named}")


service = LegacyAuthorizationsService(client(token=token).api_client)
permissions = [
    Permission(action=action, resource=PermissionResource(type="buckets", id=bucket, org_id=org)) for action in ("read", "write")
]
request = LegacyAuthorizationPostRequest(token="cycle", org_id=org, description="first", permissions=permissions)

made = service.post_legacy_authorizations(request)
assert (made.token, made.status, made.description, made.org_id) == ("cycle", "active", "first", org), made
assert made.created_at.tzinfo is not None and made.permissions[0].resource.name == "metrics/autogen", made
assert refused(422, service.post_legacy_authorizations, request).message == "token already exists"

# Every filter, alone and together; a list says where it is in an object, or the client raises ValueError.
for named in (
    {"token": "cycle"}, {"auth_id": made.id}, {"org_id": org, "token": "cycle"}, {"user_id": made.user_id, "auth_id": made.id},
    {"org": made.org, "user": made.user, "token": "cycle"},
):
    found = service.get_legacy_authorizations(**named)
    assert [one.id for one in found.authorizations] == [made.id], (named, found)
assert made.id in [one.id for one in service.get_legacy_authorizations().authorizations]
assert made.id in [one.id for one in service.get_legacy_authorizations(org_id=org, user=made.user).authorizations]
refused(404, service.get_legacy_authorizations, token="nobody")
refused(404, service.get_legacy_authorizations, user="nobody")
assert service.get_legacy_authorizations(user_id="00000000000f00ff").authorizations == []
assert service.get_legacy_authorizations_id(made.id).token == "cycle"

# Without a password nobody logs in.
stranger = client(token="cycle:long-enough").write_api(write_options=SYNCHRONOUS)
refused(401, stranger.write, "metrics/autogen", "default", "client v=0")
refused(400, service.post_legacy_authorizations_id_password, made.id, PasswordResetBody(password="short"))
assert service.post_legacy_authorizations_id_password(made.id, PasswordResetBody(password="long-enough")) is None

inactive = service.patch_legacy_authorizations_id(made.id, AuthorizationUpdateRequest(status="inactive"))
assert inactive.status == "inactive" and inactive.description == "first"
# The trap of this model: it says `active` where nothing was said, and the server cannot tell.
trapped = service.patch_legacy_authorizations_id(made.id, AuthorizationUpdateRequest(description="second"))
assert (trapped.status, trapped.description) == ("active", "second")
service.patch_legacy_authorizations_id(made.id, AuthorizationUpdateRequest(status="inactive"))
quiet = AuthorizationUpdateRequest(status=None, description="third")
assert service.patch_legacy_authorizations_id(made.id, quiet).status == "inactive"
service.patch_legacy_authorizations_id(made.id, AuthorizationUpdateRequest(status="active"))

# Writes and queries of the client with a v1 login in place of a token.
for credential in ("cycle:long-enough", login):
    data = client(token=credential)
    data.write_api(write_options=SYNCHRONOUS).write("metrics/autogen", "default", "client v=1 1700000000000000000")
    answer = data.api_client.call_api(
        "/query", "GET", query_params=[("db", "metrics"), ("q", "SELECT v FROM client")], header_params={"Authorization": f"Token {credential}"},
        response_type=object, _return_http_data_only=True)
    assert answer["results"][0]["series"][0]["values"][0][1] == 1, answer

# Basic, and v1 logins however they come, never reach the management API.
basic = LegacyAuthorizationsService(client(token=login, auth_basic=True).api_client)
refused(401, basic.get_legacy_authorizations)
refused(401, LegacyAuthorizationsService(client(token=login).api_client).get_legacy_authorizations)

service.delete_legacy_authorizations_id(made.id)
refused(404, service.delete_legacy_authorizations_id, made.id)
refused(404, service.get_legacy_authorizations_id, made.id)
gone = client(token="cycle:long-enough").write_api(write_options=SYNCHRONOUS)
refused(401, gone.write, "metrics/autogen", "default", "client v=2")
