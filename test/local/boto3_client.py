"""Sends requests with boto3: reads {"operation", "input"} lines, writes {"output"} or {"error", "status"} lines."""
import json
import sys

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError
from botocore.model import OperationNotFoundError

client = boto3.client(
    "finspace",
    region_name="us-east-1",
    endpoint_url=sys.argv[1],
    aws_access_key_id=sys.argv[2],
    aws_secret_access_key=sys.argv[3],
    config=Config(retries={"max_attempts": 1, "mode": "standard"}),
)
for line in sys.stdin:
    request = json.loads(line)
    try:
        output = client._make_api_call(request["operation"], request["input"])
        output.pop("ResponseMetadata")
        reply = {"output": output}
    except OperationNotFoundError:
        reply = {"error": "OperationNotFoundError"}
    except ClientError as error:
        reply = {"error": error.response["Error"]["Code"], "status": error.response["ResponseMetadata"]["HTTPStatusCode"]}
    print(json.dumps(reply, default=lambda value: value.isoformat()), flush=True)
