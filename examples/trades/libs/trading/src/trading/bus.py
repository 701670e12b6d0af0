"""Kafka, as much of it as the services need."""

import logging
from collections.abc import Iterator
from typing import TypeVar

from confluent_kafka import Consumer, KafkaError, KafkaException, Producer
from pydantic import BaseModel

from trading.stop import Stop

Message = TypeVar("Message", bound=BaseModel)
# librdkafka writes to stderr by itself otherwise.
log = logging.getLogger("kafka")


class Publisher:
    def __init__(self, broker: str) -> None:
        self._producer = Producer({"bootstrap.servers": broker, "enable.idempotence": True}, logger=log)

    def publish(self, topic: str, key: str, message: BaseModel) -> None:
        self._producer.produce(topic, key=key, value=message.model_dump_json())
        self._producer.poll(0)

    def flush(self) -> None:
        """Waits until everything has arrived; raises if something has not after half a minute."""
        left = self._producer.flush(30)
        if left:
            raise TimeoutError(f"{left} messages were not delivered")


def subscribe(broker: str, group: str, topic: str) -> Consumer:
    consumer = Consumer(
        {
            "bootstrap.servers": broker,
            "group.id": group,
            "auto.offset.reset": "earliest",
            "enable.auto.commit": False,
            "allow.auto.create.topics": True,
            "topic.metadata.refresh.interval.ms": 1000,
        },
        logger=log,
    )
    consumer.subscribe([topic])
    return consumer


def messages(consumer: Consumer, kind: type[Message], stop: Stop) -> Iterator[Message]:
    """Messages until `stop`; each is committed when the next one is asked for, so that none is lost."""
    while not stop.asked:
        message = consumer.poll(0.2)
        if message is None:
            continue
        if error := message.error():
            # A topic that nobody has written to yet.
            if error.code() == KafkaError.UNKNOWN_TOPIC_OR_PART:
                continue
            raise KafkaException(error)
        yield kind.model_validate_json(message.value())
        consumer.commit(message)
    consumer.close()
